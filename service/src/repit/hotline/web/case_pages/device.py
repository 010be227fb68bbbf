"""What the person's device runs: the bundle as it is served, its digests, the words that it says.

In: the committed files under `static/case_pages/device` (`make bundle`). Out: `Bundle`, a table of words.
Next: the template tags of `_device.html`, the single-file edition. Digests are taken from the files
themselves, so that they cannot be out of step with what is served.
"""

import hashlib
from base64 import b64encode
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from django.utils.translation import gettext as _

FOLDER: Final = Path(__file__).parent / "static" / "case_pages" / "device"
PAGE, WORKER, VIDEO, STOP_LIST, STYLE = (
    "device.js",
    "worker.js",
    "video-worker.js",
    "stop-list.js",
    "device.css",
)


@dataclass(frozen=True, slots=True)
class File:
    """One file: where it is served, what a browser checks before it runs it, what a person compares."""

    name: str
    content: str

    @property
    def static(self) -> str:
        return f"case_pages/device/{self.name}"

    @property
    def integrity(self) -> str:
        """For Subresource Integrity (W3C)."""
        return f"sha384-{b64encode(hashlib.sha384(self.content.encode()).digest()).decode()}"

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Bundle:
    page: File
    worker: File
    video: File
    stop_list: File
    style: File

    @property
    def files(self) -> tuple[File, ...]:
        return self.page, self.worker, self.video, self.stop_list, self.style


@cache
def bundle() -> Bundle:
    """Read once; the files change with a new version only."""
    names = (PAGE, WORKER, VIDEO, STOP_LIST, STYLE)
    return Bundle(*(File(name, (FOLDER / name).read_bytes().decode("utf-8")) for name in names))


def words() -> dict[str, str]:
    """What the script says, in the language in force. `{name}` is filled by the script."""
    return {
        "waiting": _("Waiting."),
        "working": _("Working on this device…"),
        "picture-ready": _("Ready. This picture can be recognised."),
        "watching": _("Working on this device… {seen} of {all}"),
        "video-ready": _("Ready. This video and parts of it can be recognised."),
        "video-seen": _(
            "Ready. This video and parts of it can be recognised. "
            "Another browser could look at it more closely."
        ),
        "video-damaged": _("Ready in part. Some of this video is damaged. The rest can be recognised."),
        "video-beginning": _(
            "Ready in part. Only the beginning of this video could be looked at, up to {seen}. "
            "That part can be recognised."
        ),
        "video-plain": _(
            "This video shows too little to be recognised once it is altered. "
            "Exact copies of the file can be."
        ),
        "video-unreadable": _(
            "This browser cannot look at this video. Exact copies of the file can be recognised, "
            "altered ones cannot. Another browser may do more."
        ),
        "video-little": _(
            "Only little of this video could be looked at. Exact copies of the file can be recognised, "
            "altered ones cannot. Another browser may do more."
        ),
        "video-gone": _(
            "This video could no longer be read. Perhaps it was moved or changed. Exact copies of the file "
            "as it was can be recognised, altered ones cannot. You can choose it again."
        ),
        "video-altered": _(
            "To protect you, this browser changes pictures before a page can read them. "
            "Exact copies of this video can be recognised, altered ones cannot. Another browser can do more."
        ),
        "video-no-worker": _(
            "This device could not look at this video. Exact copies of the file can be recognised, "
            "altered ones cannot. It may help to close other pages, or to use another device."
        ),
        "file-ready": _("Ready. Exact copies of this file can be recognised."),
        "unreadable": _(
            "This browser cannot open this picture. Exact copies of the file can be recognised, "
            "altered ones cannot."
        ),
        "altered-pixels": _(
            "To protect you, this browser changes pictures before a page can read them. "
            "Exact copies of the file can be recognised, altered ones cannot. Another browser can do more."
        ),
        "too-large": _(
            "This picture is too large to be worked on here. Exact copies of the file can be recognised, "
            "altered ones cannot."
        ),
        "too-small": _(
            "This picture is too small to be recognised once it is altered. Exact copies of the file can be."
        ),
        "too-plain": _(
            "This picture shows too little to be recognised once it is altered. "
            "Exact copies of the file can be."
        ),
        "first-frame": _(
            "Ready in part. This picture moves, and this browser shows only how it begins. The beginning and "
            "exact copies of the file can be recognised. Another browser can do more."
        ),
        "failed": _("This file could not be read. Perhaps it is empty, or was moved. You can try again."),
        "twice": _("This file is in the list already. It counts once."),
        "no-worker": _(
            "This browser cannot do the work on this device. Please try another browser, or ask a helpline."
        ),
        "remove": _("Remove"),
        "remove-named": _("Remove {name}"),
        "summary": _("Files ready: {ready} of {all}."),
        "not-yet": _("Some files are not ready yet. Please wait a moment, then send."),
        "too-many": _("There is room for {most} files."),
        "no-room": _("There is too much video in the list for this one. Send the others first, then add it."),
        "carried": _("Ready. Files from the page for use without internet: {count}."),
        "pasted": _("Pasted text"),
        "video-of": _("{name}, video of {length}"),
        "before": _("Your files from before"),
        "before-ready": _("Ready. Files worked on before: {count}. You don’t have to choose them again."),
        "not-carried": _("This is not a whole text from the page for use without internet."),
        "copied": _("The text is copied."),
        "selected": _("The text is selected. Copy it with your device’s own command."),
    }
