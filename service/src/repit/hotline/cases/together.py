"""Many cases in one turn: what a list needs of each, with as many questions for two hundred as for one.

In: a holder, cases granted to it, kinds of records. Out: a `Turn` for each, with what was asked for fetched
ahead. Next: `worklist`.

The rules are those of a turn on one case: each case's lock is taken (in the order of their keys, so that two
lists wait for one another and never both), grants are opened anew, and a case that is gone or not granted any
more is left out.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Final

from django.db import transaction

from repit.foundation.errors import NotFound
from repit.hotline.cases import grants, records, vault
from repit.hotline.cases.casefile import Ahead, Turn
from repit.hotline.cases.grants import Holder
from repit.hotline.cases.locations import MAX_LOCATIONS
from repit.hotline.cases.models import Case, Grant, Record, RecoveryRequest, Task
from repit.hotline.cases.records import RecordKind
from repit.hotline.cases.rooms import RoomName

# So many of a kind are fetched ahead, the newest; of tasks those that are open. Whoever reads further asks.
_FEW: Final = 4
_FETCHED: Final[Mapping[RecordKind, int]] = {"location": MAX_LOCATIONS}
_ROWS: Final = 500


@contextmanager
def turns(
    by: Holder, case_ids: Iterable[int], kinds: Collection[RecordKind], rooms: Collection[RoomName]
) -> Iterator[list[Turn]]:
    """One transaction on all of these cases; of what they hold, these kinds in these rooms."""
    with transaction.atomic():
        cases = list(Case.objects.select_for_update().filter(pk__in=list(case_ids)).order_by("pk"))
        vaults = vault.of_several(cases)
        granted = _granted(by, cases)
        ahead = _ahead(cases, kinds)
        found = []
        for case in cases:
            with suppress(NotFound):  # erased, or taken away, a moment ago
                turn = Turn(case, _there(vaults, case), by, ahead=ahead[case.id])
                turn.let_in(granted[case.id], rooms)
                turn.stir()
                found.append(turn)
        yield found


def _there(vaults: Mapping[int, vault.Vault], case: Case) -> vault.Vault:
    if case.id not in vaults:
        raise NotFound
    return vaults[case.id]


def _granted(by: Holder, cases: Sequence[Case]) -> Mapping[int, list[Grant]]:
    marks = [grants.mark(case.id, by.kind, by.id) for case in cases]
    found: dict[int, list[Grant]] = defaultdict(list)
    for row in Grant.objects.filter(holder__in=marks).exclude(room="share"):
        found[row.case_id].append(row)
    return found


def _ahead(cases: Sequence[Case], kinds: Collection[RecordKind]) -> Mapping[int, Ahead]:
    ids = [case.id for case in cases]
    marks = {pk: {records.mark(pk, kind): kind for kind in kinds} for pk in ids}
    tasks: dict[int, set[int]] = {pk: set() for pk in ids}
    for pk, number in Task.objects.filter(case__in=ids, state="open").values_list("case", "number"):
        tasks[pk].add(number)
    counts: Counter[str] = Counter()
    wanted = []
    # Of all records only what their index holds; what is sealed is fetched where it will be opened.
    rows = Record.objects.filter(case__in=ids).order_by("case", "mark", "-number")
    for key, pk, mark, number in rows.values_list("pk", "case", "mark", "number"):
        kind = marks[pk].get(mark)
        counts[mark] += kind is not None
        if (number in tasks[pk]) if kind == "task" else (kind and counts[mark] <= _FETCHED.get(kind, _FEW)):
            wanted.append(key)
    fetched: dict[str, list[Record]] = defaultdict(list)
    for start in range(0, len(wanted), _ROWS):
        for row in Record.objects.filter(pk__in=wanted[start : start + _ROWS]):
            fetched[row.mark].append(row)
    asked = set(RecoveryRequest.objects.filter(case__in=ids).values_list("case", flat=True))
    return {
        pk: Ahead(
            {mark: sorted(fetched[mark], key=lambda row: -row.number) for mark in marks[pk]},
            {mark: counts[mark] for mark in marks[pk]},
            frozenset(tasks[pk]),
            pk in asked,
        )
        for pk in ids
    }
