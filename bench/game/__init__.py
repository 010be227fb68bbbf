"""The game: who can end an item's protection, or have a famous picture refused, at which cost.

In: nothing. Out: `docs/bench/game.md`. Next: a reader; docs/en/game.md says what was chosen and why.

`world` is platforms, moderators and a person at the hotline, in hours; `candidates` the rules tried, the
chosen one being the production's own (`hotline.bank.doubt_rule`, `platform.review.asking`); `opponents` plays
both kinds of them. Everything is seeded: the same page comes again.
"""

from bench.game.pages import run

__all__ = ["run"]
