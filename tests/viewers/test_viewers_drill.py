"""The drill that shows mutated files in Chromium: its own machinery, and a small run of it."""

import random
import time
from pathlib import Path

import numpy as np
from drills.viewers import scenes
from drills.viewers.chromium import CELL, Chromium
from drills.viewers.engine import Decoder, Looked
from drills.viewers.files import Made, saved
from drills.viewers.judge import APART, HIDDEN, SAME, judged
from drills.viewers.recipe import recipe
from drills.viewers.report import unexplained
from drills.viewers.run import Run

from repit_engine.pdq import hamming, hash_rgb

SEED = 5


class Blind:
    """An engine that sees the same nothing in every file."""

    def __init__(self) -> None:
        self.asked = 0

    def looked(self, data: bytes) -> Looked:
        self.asked += 1
        return Looked(np.zeros((1, 32), np.uint8))


def test_a_file_is_made_again_from_its_number_at_another_hour() -> None:
    files = [recipe(SEED, number) for number in range(130)]
    first = [file.made() for file in files]
    # Encoders write the second at which they ran: the next one has come before each is made again.
    begun = time.time()
    while int(time.time()) == int(begun):
        time.sleep(0.02)
    for file, made in zip(files, first, strict=True):
        assert (file.number, file.made() == made) == (file.number, True)


def test_what_the_canvas_gives_is_what_stands_in_the_window(browser: Chromium) -> None:
    files = [recipe(SEED, number).only(()).made() for number in range(60)]
    shown = browser.shown(files)
    still = [
        (file, shown_file)
        for file, shown_file in zip(files, shown, strict=True)
        if file.way == "img" and 0 < shown_file.width <= CELL[0] and 0 < shown_file.height <= CELL[1]
        if all(view.frame < 0 for view in shown_file.views)
    ]
    windows = browser.stood([file for file, _ in still])
    assert len(still) > 20
    for (file, shown_file), window in zip(still, windows, strict=True):
        for view in window:
            same = [each for each in shown_file.views if each.ground == view.ground] or shown_file.views
            seen, quality = hash_rgb(view.rgb)
            if quality >= 50:
                assert hamming(seen, hash_rgb(same[0].rgb)[0]) <= 4, file.name


def test_an_engine_that_sees_nothing_is_found_out_and_a_run_goes_on_where_it_stopped(
    browser: Chromium, tmp_path: Path
) -> None:
    blind = Blind()
    first = Run(SEED, tmp_path, browser, blind)
    assert len(first.files(10)) == 10
    first.close()
    second = Run(SEED, tmp_path, browser, blind)
    entries = second.files(20)
    assert blind.asked == 20
    entries = second.causes(entries)
    second.close()
    apart = [entry for entry in entries.values() if entry.kind == APART]
    assert len(apart) > 5
    assert sorted(entries) == list(range(20))
    assert SAME not in {entry.kind for entry in entries.values()}
    # Whatever was done to the files, blindness needs none of it.
    assert {entry.cause for entry in apart} >= {()}
    kept = [path for path in (tmp_path / APART).rglob("*") if path.is_file()]
    assert len(kept) == len(apart)


def test_what_is_not_shown_differs_from_nothing(browser: Chromium) -> None:
    hidden = Made(saved(scenes.picture(random.Random(1)), "TIFF"), "tiff", "image/tiff")
    [shown] = browser.shown([hidden])
    assert judged(shown, Blind().looked(hidden.data)).kind == HIDDEN


def test_150_mutated_files_are_seen_as_chromium_shows_them(
    browser: Chromium, ours: Decoder, tmp_path: Path
) -> None:
    run = Run(SEED, tmp_path, browser, ours)
    entries = run.causes(run.files(150))
    run.close()
    assert unexplained(entries.values()) == []
    assert sum(entry.kind == SAME for entry in entries.values()) > 50
