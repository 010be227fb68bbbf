"""What the desk calls things: reasons, kinds of tasks, the lines of the checklist.

In: the words that `cases` uses. Out: the same for people. Next: the templates.
"""

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from repit.hotline.cases.checklist import Code
from repit.hotline.cases.locations import Want
from repit.hotline.cases.tasks import TaskKind
from repit.hotline.cases.urgency import Reason

REASONS: Final[dict[Reason, Promise]] = {
    "danger": _("someone may be in danger"),
    "late": _("a task is late"),
    "not-taken": _("nobody has taken it since yesterday or longer"),
    "waits-long": _("has waited for an answer for more than a day"),
    "today": _("a task is due within 24 hours"),
    "recovery": _("a new receipt was asked for"),
    "first-day": _("first day: steps are open"),
    "answer": _("wrote last, waits for an answer"),
    "new": _("new today"),
    "none": _("nothing presses"),
}
SHOWS: Final[dict[str, Promise]] = {
    "all": _("To do"),
    "mine": _("In your hands"),
    "new": _("Nobody has these"),
    "others": _("With colleagues"),
    "closed": _("Closed"),
}
STATES_ASKED: Final[dict[str, Promise]] = {
    "": _("any"),
    "new": _("nobody has it"),
    "in-hand": _("in hand"),
    "waiting": _("waits for the person"),
}
WAITS_ASKED: Final[dict[str, Promise]] = {
    "": _("anyone"),
    "us": _("us"),
    "person": _("the person"),
}
SORTS: Final[dict[str, Promise]] = {
    "": _("most pressing first"),
    "moved": _("last message first"),
    "oldest": _("oldest case first"),
    "name": _("by name"),
}
PRESSING: Final[frozenset[Reason]] = frozenset({"danger", "late", "not-taken", "waits-long"})
WANTS: Final[dict[Want, Promise]] = {
    "block": _("block"),
    "remove": _("have it removed where it is"),
    "evidence": _("evidence"),
    "talk": _("talk"),
}
TASKS: Final[dict[TaskKind, Promise]] = {
    "write": _("Write to the person"),
    "evidence": _("Keep evidence"),
    "notice": _("Send a notice"),
    "answer": _("Notice sent: the answer is due"),
    "watch": _("Look for new copies"),
    "other": _("Something else"),
}
POINTS: Final[dict[Code, tuple[Promise, Promise]]] = {
    "safe": (
        _("The person is safe, or knows whom to call."),
        _("Threats, blackmail, a partner in the house: the emergency number first. Blackmail: pay nothing."),
    ),
    "adult": (
        _("Nobody in the pictures is, or was, under 18."),
        _("If someone is, or you are not sure: stop, copy nothing. 3018 (France), Take It Down, INHOPE."),
    ),
    "written": (
        _("We wrote to the person."),
        _("A few words are enough: we have your case, it is not your fault, this comes next."),
    ),
    "protected": (
        _("What they have is protected."),
        _("Pictures and videos are in the case, at the level that they chose."),
    ),
    "locations": (
        _("All addresses are noted."),
        _("Pages, accounts, groups, search results. Do not ask them to look again by themselves."),
    ),
    "evidence": (
        _("Evidence is kept before anything is taken down."),
        _("Addresses, dates, accounts, messages. Not the picture itself, unless the police ask for it."),
    ),
    "notices": (
        _("Notices are on their way."),
        _("The most seen places and the source first. Note each deadline as a task."),
    ),
    "accounts": (
        _("Accounts are safe."),
        _("If someone got into an account or phone: new passwords, signed out everywhere, a second factor."),
    ),
    "support": (
        _("Someone is there to talk with."),
        _("A helpline, a friend, a helper in the case."),
    ),
    "next": (
        _("The person knows what comes next, and when we write again."),
        _("Say a day, and put it down as a task."),
    ),
}
DUE_HOURS: Final[dict[str, tuple[int, Promise]]] = {
    "4": (4, _("in 4 hours")),
    "24": (24, _("in 24 hours")),
    "48": (48, _("in 48 hours")),
    "168": (168, _("in 7 days")),
    "720": (720, _("in 30 days")),
}
