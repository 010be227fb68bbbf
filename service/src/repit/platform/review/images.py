"""Which content type an opened upload is sent under.

In: its bytes. Out: the type of a picture that browsers show without running anything, or None: videos and
other files are not shown, of a video the times at which it agrees are. Next: `media`, which keeps no other;
the desk.
"""

from typing import Final

_KNOWN: Final = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF8", "image/gif"),
)


def kind_of(content: bytes) -> str | None:
    """A content type."""
    for begin, kind in _KNOWN:
        if content.startswith(begin):
            return kind
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    if content[4:12] in (b"ftypavif", b"ftypavis"):
        return "image/avif"
    return None
