"""Firefox, shown a smaller number of files.

In: files. Out: `Shown` for each. Next: `judge`.

Playwright does not drive Debian's Firefox, and nothing has to: the page asks the server for one batch after
the other. So documents are not opened here, and animations that Firefox' `ImageDecoder` gives up are not
judged.
"""

import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from drills.viewers.files import Made
from drills.viewers.served import Server, packed
from drills.viewers.shown import Shown, unpacked

PROGRAMS: Final = ("firefox-esr", "firefox")
_TIMEOUT: Final = 60.0
_SETTINGS: Final = """
user_pref("gfx.color_management.force_srgb", true);
user_pref("browser.shell.checkDefaultBrowser", false);
user_pref("datareporting.policy.dataSubmissionEnabled", false);
user_pref("app.normandy.enabled", false);
user_pref("network.captive-portal-service.enabled", false);
user_pref("network.connectivity-service.enabled", false);
user_pref("dom.media.webcodecs.enabled", true);
user_pref("dom.media.webcodecs.image-decoder.enabled", true);
"""


def installed() -> str:
    """Where Firefox lies. Raises `FileNotFoundError`."""
    found = next((path for name in PROGRAMS if (path := shutil.which(name))), None)
    if found is None:
        raise FileNotFoundError("Firefox is missing (Debian: apt install firefox-esr).")
    return found


class Firefox:
    """One browser with a profile of its own; `shown` starts another when it must."""

    def __init__(self, program: str) -> None:
        self._program = program
        self._server = Server()
        self._process: subprocess.Popen[bytes] | None = None
        self._profile: Path | None = None
        self._number = 0

    @property
    def version(self) -> str:
        shown = subprocess.run([self._program, "--version"], capture_output=True, text=True, check=True)
        return shown.stdout.split()[-1]

    def close(self) -> None:
        self.restart()
        self._server.close()

    def restart(self) -> None:
        """Let go of the browser and its memory; the next batch gets another."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait()
        if self._profile is not None:
            shutil.rmtree(self._profile, ignore_errors=True)
        self._process = self._profile = None

    def shown(self, files: Sequence[Made]) -> list[Shown]:
        """What is shown of each, in order."""
        found: list[Shown | None] = [None] * len(files)
        images = [place for place, file in enumerate(files) if file.way == "img"]
        for place, image in zip(images, self._images([files[place] for place in images]), strict=True):
            found[place] = Shown(hidden="broken animation") if image.broken else image
        return [shown or Shown(hidden="not opened") for shown in found]

    def _images(self, files: Sequence[Made]) -> list[Shown]:
        if not files:
            return []
        self._start()
        server = self._server
        self._number += 1
        server.batch, server.posted, server.wanted = packed(files), b"", self._number
        server.answered.clear()
        server.asked.set()
        if server.answered.wait(_TIMEOUT):
            return unpacked(server.posted)
        self.restart()
        if len(files) == 1:
            return [Shown(hidden="browser failed")]
        half = len(files) // 2
        return self._images(files[:half]) + self._images(files[half:])

    def _start(self) -> None:
        if self._process is not None and self._process.poll() is None:
            return
        self.restart()
        self._profile = Path(tempfile.mkdtemp(prefix="repit-firefox-"))
        (self._profile / "user.js").write_text(_SETTINGS, encoding="utf-8")
        self._process = subprocess.Popen(
            [
                self._program,
                "--headless",
                "--no-remote",
                "--profile",
                str(self._profile),
                self._server.address + "/?alone",
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )


@contextmanager
def running(program: str) -> Iterator[Firefox]:
    """A Firefox for the length of a run."""
    firefox = Firefox(program)
    try:
        yield firefox
    finally:
        firefox.close()
