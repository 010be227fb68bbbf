"""The operator's page can be typed from its first line to its last; `make drill NAME=operator` does so."""

from __future__ import annotations

import re

import pytest
from drills.operator import page, walk

OWN = dict.fromkeys(
    (
        "ADDRESS OF THIS REPOSITORY",
        "64 DIGITS THAT IT PRINTED",
        "KEY FROM THE HOTLINE",
        "NEWEST BACKUP",
        "UPLOAD",
    ),
    "x",
)
TEXT = page.PAGE.read_text("utf-8")


@pytest.mark.parametrize(
    ("section", "numbers"),
    [
        (walk.HOTLINE, [*range(1, 11)]),
        (walk.PLATFORM, [*range(2, 7)]),
        (walk.ELSEWHERE, [0]),
        (walk.UPGRADE, [0]),
    ],
)
def test_each_section_has_its_steps_in_order_and_names_all_that_is_the_readers_own(
    section: str, numbers: list[int]
) -> None:
    found = page.of_section(TEXT, section)
    assert [step.number for step in found] == numbers
    for step in found:
        assert step.title and step.lines
        for line in step.lines:
            page.filled_in(line, OWN)


def test_what_the_reader_would_not_know_stops_whoever_types_it() -> None:
    with pytest.raises(page.Unreadable, match="THE OTHER KEY"):
        page.filled_in('repit restore "THE OTHER KEY"', OWN)
    with pytest.raises(page.Unreadable, match="nothing to type"):
        page.of_section(TEXT, "A section that is not there")


def test_the_french_page_has_the_same_lines_but_for_what_is_the_readers_own() -> None:
    french = (page.PAGE.parents[1] / "fr" / page.PAGE.name).read_text("utf-8")
    bare = re.compile("\"[^\"]*\"|'[^']*'")
    ours, theirs = (
        [bare.sub("…", line) for step in page.steps(text) for line in step.lines if "#" not in line]
        for text in (TEXT, french)
    )
    assert ours == theirs
