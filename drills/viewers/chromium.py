"""Chromium, shown thousands of files.

In: files. Out: `Shown` for each. Next: `judge`.

Files go in batches into `<img>` elements of one page, whose pixels a canvas gives back; the frames of
animations come from the browser's own `ImageDecoder`. Of animations that it gives up, and of documents (SVG
as a page, HTML, PDF), a picture of the window is taken. A file that ends the browser costs a new browser and
a batch of its own.
"""

import io
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Final

import numpy as np
from PIL import Image
from playwright.sync_api import Browser, Error, Page, Playwright, sync_playwright

from drills.viewers.files import Made
from drills.viewers.served import Server, packed
from drills.viewers.shown import Shown, View, unpacked

PROGRAMS: Final = ("chromium", "chromium-browser", "google-chrome")
FLAGS: Final = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--force-color-profile=srgb",
]
WINDOW: Final = {"width": 320, "height": 240}
CELL: Final = (360, 270)
"""Across and down, of a file in the window; what is larger is cut."""
_STANDS: Final = 600
"""Milliseconds after which a picture is taken of broken animations."""
_TIMEOUT: Final = 60_000
_DOCUMENT: Final = 10_000
_COLOURS: Final = 500
"""A page with fewer shows text, or how a browser says that it cannot show something."""


def installed() -> str:
    """Where Chromium lies. Raises `FileNotFoundError`."""
    found = next((path for name in PROGRAMS if (path := shutil.which(name))), None)
    if found is None:
        raise FileNotFoundError("Chromium is missing (Debian: apt install chromium).")
    return found


class Chromium:
    """One browser at a time; `shown` starts another when it must."""

    def __init__(self, playwright: Playwright, program: str) -> None:
        self._playwright, self._program = playwright, program
        self._server = Server()
        self._browser: Browser | None = None
        self._page: Page | None = None
        self._number = 0

    def close(self) -> None:
        self.restart()
        self._server.close()

    def restart(self) -> None:
        """Let go of the browser and its memory; the next batch gets another."""
        if self._browser is not None:
            self._browser.close()
        self._browser = self._page = None

    @property
    def version(self) -> str:
        return self._started().version

    def shown(self, files: Sequence[Made]) -> list[Shown]:
        """What is shown of each, in order."""
        found: list[Shown | None] = [None] * len(files)
        images = [place for place, file in enumerate(files) if file.way == "img"]
        for place, image in zip(images, self._images([files[place] for place in images]), strict=True):
            found[place] = image
        broken = [place for place, shown in enumerate(found) if shown is not None and shown.broken]
        for place, views in zip(broken, self.stood([files[place] for place in broken]), strict=True):
            found[place] = replace(found[place] or Shown(), views=views)
        return [
            self._opened(file) if shown is None else shown for file, shown in zip(files, found, strict=True)
        ]

    def _images(self, files: Sequence[Made]) -> list[Shown]:
        if not files:
            return []
        self._server.batch, self._server.posted = packed(files), b""
        self._number += 1
        try:
            page = self._at()
            page.evaluate(f"void show({self._number})")
            # Unlike `evaluate`, this gives up, whatever the page is doing.
            page.wait_for_function(f"done === {self._number}", timeout=_TIMEOUT)
            found = unpacked(self._server.posted)
        except Error:
            self.restart()
            if len(files) == 1:
                return [Shown(hidden="browser failed")]
            half = len(files) // 2
            return self._images(files[:half]) + self._images(files[half:])
        return found

    def stood(self, files: Sequence[Made]) -> list[tuple[View, ...]]:
        """How each looks in the window after a while, on white and on black."""
        if not files:
            return []
        self._server.batch = packed(files)
        self._number += 1
        across, down = CELL
        page = self._started().new_page(viewport={"width": 2 * across, "height": down * len(files)})
        try:
            page.goto(self._server.address + "/")
            page.evaluate(f"stand({self._number}, {across}, {down})")
            page.wait_for_timeout(_STANDS)
            window = np.asarray(Image.open(io.BytesIO(page.screenshot())).convert("RGB"))
            sizes = page.evaluate("[...document.images].map((one) => [one.width, one.height])")
        except Error:
            self.restart()
            return [() for _ in files]
        views = []
        for place, (width, height) in enumerate(sizes):
            row, column = divmod(place, 2)
            part = window[down * row :, across * column :][: min(height, down), : min(width, across)]
            views.append(View(("white", "black")[column], -1, 0.0, np.ascontiguousarray(part)))
        page.close()
        return [tuple(views[at : at + 2]) for at in range(0, len(views), 2)]

    def _started(self) -> Browser:
        if self._browser is None or not self._browser.is_connected():
            self._browser = self._playwright.chromium.launch(
                executable_path=self._program, headless=True, args=FLAGS
            )
            self._page = None
        return self._browser

    def _at(self) -> Page:
        browser = self._started()
        if self._page is None:
            self._page = browser.new_page()
            self._page.set_default_timeout(_TIMEOUT)
            self._page.goto(self._server.address + "/")
        return self._page

    def _opened(self, file: Made) -> Shown:
        """The window after the file was opened as a page; nothing where it was downloaded instead."""
        self._server.document = file
        self._number += 1
        page = self._started().new_page(viewport=WINDOW)
        page.set_default_timeout(_DOCUMENT)
        try:
            page.goto(f"{self._server.address}/document/{self._number}", wait_until="load")
            page.wait_for_function("document.readyState === 'complete'")
            pixels = np.asarray(Image.open(io.BytesIO(page.screenshot())).convert("RGB"))
            if len(np.unique(pixels.reshape(-1, 3), axis=0)) < _COLOURS:
                return Shown(hidden="no picture on the page")
            view = View("white", -1, 0.0, np.ascontiguousarray(pixels))
            return Shown(WINDOW["width"], WINDOW["height"], 0, (view,))
        except Error as problem:
            return Shown(hidden=str(problem).splitlines()[0][:80])
        finally:
            page.close()


@contextmanager
def running(program: str) -> Iterator[Chromium]:
    """A Chromium for the length of a run."""
    with sync_playwright() as playwright:
        chromium = Chromium(playwright, program)
        try:
            yield chromium
        finally:
            chromium.close()
