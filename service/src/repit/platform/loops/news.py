"""What moderators may want mail about: uploads in the queue whose time is nearly over.

In: the queue. Out: a source for `foundation.notify`. Next: `platform.process` registers it.
"""

from collections.abc import Collection, Mapping

from repit.foundation.notify import work_mail
from repit.foundation.staff.models import Member
from repit.platform.review import queue


def register() -> None:
    """Say what is news here."""
    work_mail.register("review", _waiting)


def _waiting(members: Collection[Member]) -> Mapping[str, Collection[str]]:
    return {member.name: queue.due_soon(member) for member in members}
