"""What an operator is told: each problem once, again when it changes, and that it is over.

In: sources that the wings register, each a list of the problems that there are at this moment. Out: messages
in `outbox`. Next: `outbox` delivers them.

A problem counts once it was there in two looks in a row, and is over once it was gone in two: what comes and
goes within a minute wakes nobody. Where a source fails, nothing is concluded from it.
"""

from collections.abc import Callable, Iterable
from typing import Final

from django.db import transaction

from repit.foundation.errors import Text
from repit.foundation.notify import outbox
from repit.foundation.notify.models import KnownProblem
from repit.foundation.notify.problem import Problem

LOOKS: Final = 2


Source = Callable[[], Iterable[Problem]]
_SOURCES: Final[dict[str, Source]] = {}


def register(name: str, source: Source) -> None:
    """Ask this source from now on; a second one of that name takes its place."""
    _SOURCES[name] = source


def unregister(name: str) -> None:
    """Ask it no more."""
    _SOURCES.pop(name, None)


def look() -> None:
    """Compare what there is with what is known, and tell the difference. Raises what a source raises."""
    present = {problem.key[:100]: problem for source in list(_SOURCES.values()) for problem in source()}
    with transaction.atomic():
        known = {row.key: row for row in KnownProblem.objects.select_for_update()}
        begun = [
            announced
            for key, problem in present.items()
            if (announced := _seen(known.get(key), key, problem))
        ]
        over = [row for key, row in known.items() if key not in present and _missed(row)]
        if begun or over:
            outbox.tell(begun, [_problem_of(row) for row in over])
        KnownProblem.objects.filter(pk__in=[row.pk for row in over]).delete()


def present() -> list[Problem]:
    """What the operator was told of and is not over."""
    return [_problem_of(row) for row in KnownProblem.objects.filter(announced=True).order_by("key")]


def _seen(row: KnownProblem | None, key: str, problem: Problem) -> Problem | None:
    """Note it; the problem where it is to be told now."""
    mark = problem.mark[:200]
    row = row or KnownProblem(key=key, mark=mark)
    if row.mark != mark:
        row.mark, row.seen, row.announced = mark, 0, False
    row.seen = min(row.seen + 1, LOOKS)
    row.missed = 0
    row.words = {"message": list(problem.message), "next_step": list(problem.next_step)}
    tells = not row.announced and row.seen >= LOOKS
    row.announced = row.announced or tells
    row.save()
    return problem if tells else None


def _missed(row: KnownProblem) -> bool:
    """Note that it was not there; whether that is to be told now. One that was never told just goes."""
    row.missed += 1
    if not row.announced:
        row.delete()
        return False
    row.save(update_fields=["missed"])
    return row.missed >= LOOKS


def _problem_of(row: KnownProblem) -> Problem:
    return Problem(row.key, Text(*row.words["message"]), Text(*row.words["next_step"]), row.mark)
