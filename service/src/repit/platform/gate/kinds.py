"""What becomes of a file that could not be looked at as a picture, by its kind.

In: why not, and as what the file would be shown. Out: what it is to the policy. Next: `inspection`, `policy`;
`kinds_table`, which says it to people. Pure.

Only bytes count: what a file calls itself, and the channel by which it comes, change nothing. "No picture" is
said of text and noise alone. A film that is not looked at, a page, a document or an archive may show or hold
what is known, and nobody here looks into it: that is a reason of its own, since people could not look at each
either. Sound alone shows nothing, but that is the decoder's word for it: it is left as a film is.
"""

from typing import Final

from repit.platform.gate.verdict import Left
from repit_engine.picture.kinds import Kind

UNREAD: Final = frozenset({"not-a-picture", "empty-file", "unsupported-picture"})
"""Why a file is not read as a picture at all, other than for damage."""
_OF_KIND: Final[dict[Kind, Left]] = {
    Kind.OTHER: "no-picture",
    Kind.FILM: "film",
    Kind.PAGE: "page",
    Kind.CONTAINER: "container",
}
SOUND: Final = "no-moving-picture"
OF_VIDEOS: Final = frozenset(
    {
        "damaged-video",
        "not-a-video",
        "unsupported-video",
        "video-refused",
        "video-too-large",
        "video-took-too-long",
        "video-not-read",
        "video-busy",
        "video-not-compared",
    }
)
"""Why a video that was to be looked at could not be, or not to its end."""


def left_undone(reason: str, kind: Kind) -> Left:
    """What a file of this kind is that could not be looked at for this reason."""
    if reason in OF_VIDEOS:
        return "video"
    if reason == SOUND:
        return "film"
    return _OF_KIND.get(kind, "undecided") if reason in UNREAD else "undecided"
