"""Why something happened to an item, as the record has it, in the reader's language.

In: reasons and actors as they are kept, in English or in a person's own words. Out: texts. Next: the pages.
What no pattern knows is somebody's own words, and is shown as it is.
"""

import re
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

_COUNTS: Final = gettext_noop(
    "%(total)s matches at %(platforms)s platforms in a day, each counted up to %(most)s; asked from %(limit)s"
    " on, others have %(median)s"
)
_VOICES: Final = gettext_noop(
    "not blocked by moderators of %(against)s parties, blocked by those of %(looked)s; it takes %(needed)s"
)
_SUSPENDED: Final = gettext_noop(
    "not blocked by moderators of %(against)s parties, blocked by those of %(looked)s"
)
_SHALLOW: Final = gettext_noop("%(more)s more could not compare closely")
_MACHINES: Final = gettext_noop("not blocked at %(platforms)s platforms, nobody there having looked")
_TWO: Final = gettext_noop("%(first)s; %(second)s")
_SPOKEN: Final = r"not blocked by moderators of (?P<against>\d+) parties, blocked by those of (?P<looked>\d+)"
_PATTERNS: Final = (
    (
        re.compile(
            r"(?P<total>\d+) matches at (?P<platforms>\d+) platforms in a day, each counted up to"
            r" (?P<most>\d+); limit (?P<limit>\d+), peers' median (?P<median>\d+)"
        ),
        _COUNTS,
    ),
    (
        re.compile(_SPOKEN + r", (?P<needed>\d+) needed(?:; (?P<more>\d+) more could not compare closely)?"),
        _VOICES,
    ),
    (re.compile(_SPOKEN), _SUSPENDED),
    (re.compile(r"not blocked at (?P<platforms>\d+) platforms, nobody there having looked"), _MACHINES),
)
_KNOWN: Final = {
    "submitted": gettext_noop("submitted"),
    "submitted again": gettext_noop("submitted again"),
    "published at once, as the settings say": gettext_noop("published at once, as the settings say"),
    "close to a widely published picture": gettext_noop("close to a widely published picture"),
    "told by a partner": gettext_noop("told by a partner"),
    "every partner that tells of it doubts it": gettext_noop("every partner that tells of it doubts it"),
    "someone stands by it again": gettext_noop("someone stands by it again"),
    "the person took it back": gettext_noop("the person took it back"),
    "withdrawn by its origin": gettext_noop("withdrawn by its origin"),
    "withdrawn by the partner": gettext_noop("withdrawn by the partner"),
    "no longer in the partner's list": gettext_noop("no longer in the partner’s list"),
    "its time has come": gettext_noop("its time has come"),
    "suspended": gettext_noop("suspended"),
    "person concerned": gettext_noop("person concerned"),
    "platforms' people": gettext_noop("platforms’ people"),
    "person at the hotline": gettext_noop("person at the hotline"),
}


def shown(reason: str) -> str:
    """A reason, or an actor, in the reader's language."""
    if reason in _KNOWN:
        return _(_KNOWN[reason])
    for pattern, message in _PATTERNS:
        met = pattern.fullmatch(reason)
        if met is not None:
            text = _(message) % met.groupdict()
            more = met.groupdict().get("more")
            return _(_TWO) % {"first": text, "second": _(_SHALLOW) % {"more": more}} if more else text
    return reason
