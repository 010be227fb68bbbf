"""How sure it is that an upload shows a known picture: one of five steps, in plain words.

In: a tier of evidence, and how often an upload of nothing known would agree as well. Out: `Sureness`. Next:
`evidence`, the desk. Pure.

The steps rest on what was measured (docs/en/altered-copies.md, section 5; docs/bench/robustness.md), not on a
feeling: the two bounds at which the gate may refuse by itself and may ask people, 1 and 20 wrong in 1,000
uploads; and none wrong at the field's own 31 bits among 2,288,578 unrelated pairs. Where only a piece agrees,
no such figure makes it more than possible: of 13,500 unrelated pairs that share a sticker, 3,014 agree in a
piece.
"""

from dataclasses import dataclass
from math import floor, log10
from typing import Any, Final

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from repit.platform.gate.verdict import SURE
from repit_engine.decision import DEFAULT_RULE

STEPS: Final = 5
ACTS_ALONE: Final = DEFAULT_RULE.block.expected
"""Matches as good that one unrelated upload gives on average, where the gate may refuse by itself."""
IN_A_MILLION: Final = 1e-6
_WORDS: Final = {
    5: gettext_lazy("As good as certain"),
    4: gettext_lazy("Very likely"),
    3: gettext_lazy("Possible"),
    2: gettext_lazy("Uncertain"),
    1: gettext_lazy("Nobody has reckoned how sure"),
}


@dataclass(frozen=True, slots=True)
class Sureness:
    """`step`: 1 to 5. `word`: that step in words. `why`: one sentence on what it rests on."""

    step: int
    word: Any
    why: str

    @property
    def marks(self) -> tuple[tuple[int, bool], ...]:
        """The five marks of the scale: where each begins, and whether it is filled."""
        return tuple((20 * number, number < self.step) for number in range(STEPS))


def of(tier: str, expected: float | None, *, in_time: bool = False) -> Sureness:
    """The step of one piece of evidence. `expected`: see `Evidence.expected_false`; `in_time`: it is of a
    video."""
    step = _step(tier, expected)
    return Sureness(step, _WORDS[step], _why(tier, expected, in_time=in_time))


def _step(tier: str, expected: float | None) -> int:
    if tier == "exact":
        return 5
    if tier in SURE:
        return 5 if expected is not None and expected <= IN_A_MILLION else 4
    if expected is None:
        return 1
    return 3 if expected <= ACTS_ALONE else 2


def _why(tier: str, expected: float | None, *, in_time: bool) -> str:
    if tier == "exact":
        return _("It is the very same file.")
    if tier not in SURE and expected is not None and expected <= ACTS_ALONE:
        return _why_in_part(in_time=in_time)
    if expected is None:
        if tier in SURE:
            return _("It is as near as the whole field asks of the same picture.")
        return _("How often this happens by chance was not reckoned.")
    if expected <= IN_A_MILLION:
        return _("Of a million unrelated uploads, fewer than one agrees as well.")
    uploads = number_format(_rounded_down(1 / expected), use_l10n=True, force_grouping=True)
    return _("Of %(uploads)s unrelated uploads, about one agrees as well.") % {"uploads": uploads}


def _why_in_part(*, in_time: bool) -> str:
    if in_time:
        return _("A stretch agrees, and not by chance. A title or an end card that videos share does so too.")
    return _("A part agrees, and not by chance. A sticker or a logo that two pictures share does so too.")


def _rounded_down(number: float) -> int:
    """To one digit that counts: more would look surer than it is."""
    unit = 10 ** floor(log10(number)) if number >= 1 else 1
    return max(1, int(number // unit) * unit)
