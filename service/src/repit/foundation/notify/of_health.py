"""What `/ready` finds, as problems of which an operator is told.

In: the checks of a wing. Out: a source for `problems`. Next: the loops of each wing register it.
"""

from collections.abc import Iterable

from repit.foundation.health.findings import Finding, wing
from repit.foundation.notify.problem import Problem
from repit.foundation.notify.problems import Source


def source(name: str) -> Source:
    """The findings of a wing: one of each code, for a second lagging subscriber is no news of another
    kind."""

    def look() -> Iterable[Problem]:
        found: dict[str, list[Finding]] = {}
        for finding in wing(name).look().all:
            found.setdefault(finding.code, []).append(finding)
        for code, same in found.items():
            yield Problem(f"{name} {code}", same[0].message, same[0].next_step, str(len(same)))

    return look
