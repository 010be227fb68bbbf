"""The log of a case in words.

In: what an entry says, as `cases` writes it. Out: the same in the reader's language. Next: `desk/log.html`.
What nobody gave words to is shown as it stands: a log leaves nothing out.
"""

from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from repit.hotline.web.desk import words

_SIMPLE: Final[dict[str, Promise]] = {
    "list": gettext_lazy("saw it in the list"),
    "case": gettext_lazy("looked at the case"),
    "thread": gettext_lazy("read the messages"),
    "locations": gettext_lazy("looked at the addresses"),
    "status": gettext_lazy("asked how it stands"),
    "opened": gettext_lazy("opened the case"),
    "closed": gettext_lazy("closed the case"),
    "message": gettext_lazy("wrote a message"),
    "items-added": gettext_lazy("added pictures or videos"),
    "withdrawn": gettext_lazy("stopped protecting pictures or videos"),
    "kept-after-all": gettext_lazy("undid that: the protection goes on"),
    "nicknames": gettext_lazy("gave nicknames to pictures"),
    "location-added": gettext_lazy("added an address"),
    "location-removed": gettext_lazy("removed an address"),
    "wishes": gettext_lazy("changed the choices"),
    "helper-added": gettext_lazy("made a code for a helper"),
    "helper-removed": gettext_lazy("took a helper out"),
    "slip-made": gettext_lazy("printed a recovery slip"),
    "recovery-refused": gettext_lazy("refused a new receipt"),
    "recovery-done": gettext_lazy("got a new receipt"),
    "words-changed": gettext_lazy("changed the words of the receipt"),
    "named": gettext_lazy("called it something else"),
    "danger": gettext_lazy("marked: someone may be in danger"),
    "no danger": gettext_lazy("marked: no danger any more"),
}
_AFTER: Final[dict[str, Promise]] = {
    "open": gettext_lazy("open"),
    "done": gettext_lazy("done"),
    "dropped": gettext_lazy("not needed any more"),
    "due": gettext_lazy("another time"),
    "not-needed": gettext_lazy("not needed"),
}
_POINTS: Final[dict[str, tuple[Promise, Promise]]] = {
    str(code): point for code, point in words.POINTS.items()
}


def shown(what: str) -> str:
    """One entry in words."""
    if what in _SIMPLE:
        return str(_SIMPLE[what])
    match what.split(" "):
        case ["task", number, after] if after in _AFTER:
            return _("task %(number)s: %(after)s") % {"number": number, "after": _AFTER[after]}
        case ["checklist", code, after] if code in _POINTS and after in _AFTER:
            filled: dict[str, Any] = {"point": _POINTS[code][0], "after": _AFTER[after]}
            return _("checklist, “%(point)s”: %(after)s") % filled
        case ["assigned", "to", *who]:
            return _("gave it to %(who)s") % {"who": " ".join(who)}
        case ["released", "by", *who]:
            return _("took it from %(who)s") % {"who": " ".join(who)}
    return what
