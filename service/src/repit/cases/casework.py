"""What those at the hotline do with cases: see what waits, take it up, hand it on, let it go.

In: a desk's or a caseworker's `Holder`. Out: summaries, `Casefile`s. Next: the desk's pages, which call
these, `thread`, `places`, `protection` and `closing` with the file they get here.

The rules are kept by keys, not by lists: a caseworker opens what was granted to them and nothing else.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from repit.cases import caseworkers, desk, grants, places, protection, thread, way_back
from repit.cases.casefile import Casefile, Turn
from repit.cases.grants import Holder
from repit.cases.looks import Looked
from repit.cases.looks import of as looks_of
from repit.cases.models import Case, CaseStep, Caseworker
from repit.cases.places import Places, Wishes
from repit.cases.protection import Status
from repit.cases.states import STATES, CaseState
from repit.cases.way_back import Asked
from repit.foundation.errors import NotGranted


@dataclass(frozen=True, slots=True, repr=False)
class Summary:
    """A case on a list: `case` names it in addresses of pages and opens nothing."""

    case: int
    state: CaseState
    opened_on: date
    wishes: Wishes
    kinds: Sequence[str]
    places: int
    messages: int


@dataclass(frozen=True, slots=True, repr=False)
class Overview:
    """A case in full, but for its thread (`thread.read`)."""

    summary: Summary
    status: Status
    places: Places
    steps: Sequence[tuple[date, str, str, str]]
    way_back: Asked | None


@dataclass(frozen=True, slots=True)
class Load:
    """What a supervisor sees: counts and days, no content, no key."""

    by_state: dict[str, int]
    oldest_new: date | None


def inbox(at: Holder) -> list[Summary]:
    """The cases granted to the desk or to a caseworker, oldest first; a look is noted in each."""
    return sorted((_summary(Casefile(pk, at)) for pk in caseworkers.cases_of(at)), key=lambda s: s.opened_on)


def overview(file: Casefile) -> Overview:
    """One case. Raises `NotFound` where it is not (or no longer) granted."""
    with file.turn() as turn:
        steps = CaseStep.objects.filter(case=turn.case).order_by("number")
        found = Overview(
            _summary_in(turn),
            protection.standing(turn),
            places.known(turn),
            [(s.on, s.before, s.after, s.by) for s in steps],
            way_back.pending(turn),
        )
        turn.look("case")
        return found


def assign(at: Holder, case_id: int, who: str) -> None:
    """Give a case to a caseworker (oneself too), from the desk or from the one who has it.

    Raises `NotFound`, `NotGranted`.
    """
    to = caseworkers.named(who)
    with Casefile(case_id, at).turn() as turn:
        if turn.role not in ("desk", "caseworker"):
            raise NotGranted
        turn.give(to, [room for room in desk.ROOMS if turn.may_read(room)])
        if turn.case.state in ("new", "closed"):
            turn.move("in-hand")
        turn.look(f"assigned to {who}")


def release(at: Holder, case_id: int, who: str) -> None:
    """Take a case from a caseworker: its rooms get new keys. Raises `NotFound`, `NotGranted`.

    Without anybody left it is new again, for the desk.
    """
    from_whom = caseworkers.named(who)
    with Casefile(case_id, at).turn() as turn:
        if turn.role not in ("desk", "caseworker"):
            raise NotGranted
        grants.withdraw(case_id, "caseworker", from_whom.id)
        turn.rotate([room for room in desk.ROOMS if turn.may_read(room)])
        if not holders(case_id) and turn.case.state in ("in-hand", "waiting"):
            turn.move("new")
        turn.look(f"released by {who}")


def holders(case_id: int) -> list[str]:
    """The accounts that have a case."""
    return [
        who for who in Caseworker.objects.order_by("who").values_list("who", flat=True) if _has(case_id, who)
    ]


def looks(file: Casefile) -> list[Looked]:
    """Who looked, newest first, for those who have the case. Raises `NotFound`."""
    with file.turn() as turn:
        return looks_of(turn.case, turn.keys)


def load() -> Load:
    """How much waits, for a supervisor."""
    counted = Counter(Case.objects.values_list("state", flat=True))
    oldest = Case.objects.filter(state="new").order_by("opened_on").values_list("opened_on", flat=True)
    return Load(dict(counted), oldest.first())


def _has(case_id: int, who: str) -> bool:
    return grants.holds(case_id, caseworkers.named(who))


def _summary(file: Casefile) -> Summary:
    with file.turn() as turn:
        found = _summary_in(turn)
        turn.look("list")
        return found


def _summary_in(turn: Turn) -> Summary:
    status = protection.standing(turn)
    sees_places = turn.may_read("places")
    return Summary(
        turn.case.id,
        next(state for state in STATES if state == turn.case.state),
        turn.case.opened_on,
        places.wishes_of(turn) if sees_places else Wishes(),
        sorted({item.kind for item in status.items}),
        places.known(turn).count if sees_places else 0,
        thread.count(turn.case.id),
    )
