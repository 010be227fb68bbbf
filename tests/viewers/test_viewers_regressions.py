"""Every kind of file that the drill found seen wrongly once, shown in Chromium and looked at again."""

from drills.viewers import SEED
from drills.viewers.chromium import Chromium
from drills.viewers.engine import Decoder
from drills.viewers.judge import WRONG, judged
from drills.viewers.recipe import recipe

FOUND = {
    "gif": (127, 131, 392, 461, 552, 613, 740, 785, 1053, 1715, 3262, 5424, 13692),
    "png": (
        146,
        675,
        1111,
        1320,
        1381,
        1510,
        1558,
        2323,
        2525,
        2671,
        2827,
        3026,
        3090,
        3108,
        3895,
        4832,
        7272,
        9188,
        9886,
        14499,
        15738,
        16559,
        17368,
        17604,
    ),
    "webp": (236, 1026, 3492, 19587),
    "ico": (280, 899, 1548, 1642, 6599, 7441, 11443, 13954, 19464),
    "avif": (666, 2534, 2927, 4646, 6403, 6804, 7422, 10875, 12560, 15008),
    "jpeg": (705, 1262, 1609, 2717, 2735, 2956, 3150, 3326, 3464, 3720, 3806, 3876, 5755, 12074),
    "bmp": (2236, 2952, 3129, 3134),
    "markup": (9191, 11231),
}
"""Numbers of files, by format."""


def test_the_numbers_still_make_files_of_these_formats() -> None:
    for family, numbers in FOUND.items():
        assert {recipe(SEED, number).family.name for number in numbers} == {family}


def test_what_was_found_once_is_seen_as_chromium_shows_it(browser: Chromium, ours: Decoder) -> None:
    numbers = [number for many in FOUND.values() for number in many]
    files = [recipe(SEED, number).made() for number in numbers]
    outcomes = {
        number: judged(shown, ours.looked(file.data))
        for number, shown, file in zip(numbers, browser.shown(files), files, strict=True)
    }
    assert {number: outcome for number, outcome in outcomes.items() if outcome.kind in WRONG} == {}
    assert sum(outcome.kind == "same" for outcome in outcomes.values()) > 60
