"""What becomes of a file that could not be looked at as a picture, by its kind.

In: why not, and as what the file would be shown. Out: what it is to the policy. Next: `inspection`, `policy`;
`kinds_table`, which says it to people. Pure.

Only bytes count: what a file calls itself, and the channel by which it comes, change nothing. "No picture" is
said of text and noise alone. A film, a page, a document or an archive may show or hold what is known, and
nobody here looks into it: that is a reason of its own, since people could not look at each either.
"""

from typing import Final

from repit.platform.gate.verdict import Left
from repit_engine.picture.kinds import Kind

_NO_PICTURE: Final = frozenset({"not-a-picture", "empty-file", "unsupported-picture"})
_OF_KIND: Final[dict[Kind, Left]] = {
    Kind.OTHER: "no-picture",
    Kind.FILM: "film",
    Kind.PAGE: "page",
    Kind.CONTAINER: "container",
}


def left_undone(reason: str, kind: Kind) -> Left:
    """What a file of this kind is that could not be looked at for this reason."""
    return _OF_KIND.get(kind, "undecided") if reason in _NO_PICTURE else "undecided"
