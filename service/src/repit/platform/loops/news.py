"""What a gate's operator is told of, and what moderators may want mail about: uploads whose time is nearly
over.

In: what `/ready` finds; the queue. Out: sources for `foundation.notify`. Next: `platform.process` registers
them.
"""

from collections.abc import Collection, Mapping

from repit.foundation.notify import of_health, problems, work_mail
from repit.foundation.staff.models import Member
from repit.platform.review import queue


def register() -> None:
    """Say what is news here."""
    problems.register("gate", of_health.source("gate"))
    work_mail.register("review", _waiting)


def _waiting(members: Collection[Member]) -> Mapping[str, Collection[str]]:
    return {member.name: queue.due_soon(member) for member in members}
