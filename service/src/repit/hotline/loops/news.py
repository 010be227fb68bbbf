"""What members of a hotline's staff may want mail about.

In: cases that wait. Out: a source for `foundation.notify`. Next: `hotline.process` registers it.
"""

from collections.abc import Collection, Mapping

from repit.foundation.notify import loop, work_mail
from repit.foundation.staff.models import Member
from repit.hotline.cases import waiting


def start() -> None:
    """Say what is news here, and begin to tell it."""
    work_mail.register("cases", _waiting)
    loop.start()


def _waiting(members: Collection[Member]) -> Mapping[str, Collection[str]]:
    found = waiting.for_everyone()
    return {member.name: found.get(member.name, set()) for member in members if member.may("cases.work")}
