"""What a hotline's operator is told of, and what members of its staff may want mail about.

In: what `/ready` finds; cases that wait. Out: sources for `foundation.notify`. Next: `hotline.process` starts
it.
"""

from collections.abc import Collection, Mapping

from repit.foundation.notify import loop, of_health, problems, work_mail
from repit.foundation.staff.models import Member
from repit.hotline.cases import waiting


def start() -> None:
    """Say what is news here, and begin to tell it."""
    problems.register("hotline", of_health.source("hotline"))
    work_mail.register("cases", _waiting)
    loop.start()


def _waiting(members: Collection[Member]) -> Mapping[str, Collection[str]]:
    found = waiting.for_everyone()
    return {member.name: found.get(member.name, set()) for member in members if member.may("cases.work")}
