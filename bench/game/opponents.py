"""Who plays against the bank: those who spread a picture, those who poison it, and both at once.

In: a candidate rule, how people are, a seed. Out: endings of many stories. Next: `pages`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.random import Generator

from bench.game.candidates import Candidate
from bench.game.world import Ending, People, Picture, Platform, story

DAY = 24.0
ACCOUNTS = 1_000


@dataclass(frozen=True)
class Opponent:
    """One opponent: the platforms as they play on them, for how long, and what moderators then see."""

    name: str
    about: str
    platforms: Sequence[Platform]
    picture: Picture
    days: float = 30
    bait: bool = False
    busy: float = 1.0
    """By what everything that moderators do takes longer."""

    def play(self, rule: Candidate, people: People, chance: Generator) -> Ending:
        """One story."""
        slower = replace(people, moderator_hours=people.moderator_hours * self.busy)
        return story(
            rule, self.platforms, self.picture, slower, chance, hours=self.days * DAY, bait=self.bait
        )


def three(uploads: float, **more: object) -> list[Platform]:
    """Three independent platforms whose people the hotline knows."""
    return [Platform(name, uploads, **more) for name in ("forum", "images", "video")]  # type: ignore[arg-type]


_FLOOD = ACCOUNTS / 3 / DAY
_LIES = {"objects": 0.0, "lies": 0.5, "lying_helps": 5.0}


def _sybils() -> list[Platform]:
    return [
        Platform(f"sybil {n}", 2.0, objects=0.0, desk=False, says="not_blocked", deep=None) for n in range(50)
    ]


SPREADERS = (
    Opponent(
        "1,000 accounts on three platforms",
        "each account uploads the picture every day, for a month",
        three(_FLOOD, objects=0.0),
        "private",
    ),
    Opponent(
        "the same, objecting with lies",
        "a made-up objection every second hour at each platform, for a year; a good story makes a moderator"
        " err five times as often",
        three(_FLOOD, **_LIES),
        "private",
        days=365,
    ),
    Opponent(
        "patient",
        "four uploads a day at each platform, one lie a week, for a year",
        three(4 / DAY, objects=0.0, lies=1 / 168, lying_helps=5.0),
        "private",
        days=365,
    ),
    Opponent(
        "a subscriber broken into",
        "one platform's keys, the desk's too, say \"not blocked\"; accounts upload at the two others",
        [
            *three(_FLOOD, objects=0.0)[:2],
            Platform("video", _FLOOD, says="not_blocked", speaks_for_people=True),
        ],
        "private",
    ),
    Opponent(
        "two colluding platforms",
        "two platforms whose people the hotline knows lie, and accounts lie to the third for a year",
        [
            Platform("forum", _FLOOD, says="not_blocked", speaks_for_people=True),
            Platform("images", _FLOOD, says="not_blocked", speaks_for_people=True),
            Platform("video", _FLOOD, **_LIES),  # type: ignore[arg-type]
        ],
        "private",
        days=365,
    ),
    Opponent(
        "fifty small platforms of one's own",
        'subscribers of whose people nothing is known report counts and say "not blocked"',
        [*_sybils(), *three(1 / DAY)],
        "private",
    ),
    Opponent(
        "a prankster at school",
        "one account, any number of uploads, one platform",
        [Platform("forum", 1 / DAY, objects=0.0)],
        "private",
    ),
    Opponent(
        "a forger",
        "uploads a harmless picture made to have the standard hash of a private one, to three platforms",
        three(_FLOOD, objects=0.05, deep=5),
        "famous",
        bait=True,
    ),
    Opponent(
        "a spreader while a poisoner floods the desks",
        "moderators take five times as long",
        three(_FLOOD, **_LIES),
        "private",
        busy=5,
    ),
)
POISONERS = (
    Opponent(
        "a famous picture",
        "submitted once; an upload an hour at each of three platforms, one of fifty refused objects",
        three(1.0),
        "famous",
    ),
    Opponent(
        "the same, five times as often",
        "five uploads an hour at each of the three",
        three(5.0),
        "famous",
    ),
    Opponent(
        "a famous picture, a spreader at the desks",
        "an upload an hour; moderators take five times as long",
        three(1.0),
        "famous",
        busy=5,
    ),
    Opponent(
        "its hash with squares of another",
        "so that no upload agrees with the item's family; an upload an hour at each of three platforms",
        three(1.0, deep=5),
        "famous",
    ),
    Opponent(
        "a class photo",
        "a prankster submits it; one platform, an upload every other hour",
        [Platform("forum", 0.5, objects=0.05)],
        "famous",
    ),
    Opponent(
        "a famous picture at ten platforms",
        "an upload every two hours at each; three of them have people whom the hotline knows",
        [*three(0.5), *(Platform(f"small {n}", 0.5, desk=False) for n in range(7))],
        "famous",
    ),
)


def endings(
    opponent: Opponent, rule: Candidate, runs: int, people: People | None = None, seed: int = 11
) -> list[Ending]:
    """So many stories; the same ones for every rule, as far as chance goes."""
    return [
        opponent.play(rule, people or People(), np.random.default_rng((seed, run))) for run in range(runs)
    ]


@dataclass(frozen=True)
class Tides:
    """A famous picture submitted anew each day, as another near duplicate of itself. `known`: platforms let
    go the picture that their people saw; else the item alone, and tomorrow's is refused again."""

    days: int = 14
    known: bool = True

    def refused(self, rule: Candidate, people: People, chance: Generator) -> int:
        """Wrong refusals until the end."""
        total = 0
        for _ in range(self.days):
            end = story(rule, three(1.0), "famous", people, chance, hours=DAY)
            total += end.refused
            if self.known and len(end.released) == 3:
                return total
        return total


Share = Callable[[Sequence[Ending]], float]


def everywhere(ended: Sequence[Ending]) -> float:
    """The share in which it was suspended everywhere."""
    return float(np.mean([np.isfinite(ending.suspended) for ending in ended]))


def anywhere(ended: Sequence[Ending]) -> float:
    """The share in which it passed at one platform at least."""
    return float(np.mean([ending.opened for ending in ended]))


def stopped_below(ended: Sequence[Ending], most: int = 100) -> float:
    """The share in which fewer uploads than that were refused in all."""
    return float(np.mean([ending.refused < most for ending in ended]))
