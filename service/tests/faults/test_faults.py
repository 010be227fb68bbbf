"""What operators mistype, lose and forget is answered in two sentences that name what to mend; and the pages
that show them (docs/en/faults.md, docs/fr/faults.md) show what is printed. Each fault in one language here,
in both in `make drill NAME=faults`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from drills.faults import judged, pages
from drills.faults.known import FAULTS, Fault
from drills.faults.world import Templates, Terminal


@pytest.fixture(scope="module")
def terminal() -> Iterator[Terminal]:
    with Terminal() as typed:
        yield typed


@pytest.fixture(scope="module")
def templates(tmp_path_factory: pytest.TempPathFactory) -> Templates:
    return Templates(tmp_path_factory.mktemp("faults"))


@pytest.fixture(scope="module")
def prepared(postgresql: tuple[str, Path]) -> str:
    judged.prepare(*postgresql)
    return postgresql[0]


@pytest.mark.parametrize(
    ("fault", "language"),
    [(fault, pages.LANGUAGES[number % 2]) for number, fault in enumerate(FAULTS)],
    ids=lambda value: value.name.en if isinstance(value, Fault) else value,
)
def test_a_fault_is_answered_with_what_to_mend_and_as_the_page_says(
    fault: Fault, language: str, templates: Templates, terminal: Terminal, prepared: str
) -> None:
    stated = judged.ask(fault, templates, terminal, language, prepared)
    assert judged.wrong(fault, stated, language) == []
    assert (
        pages.row(fault, judged.refusal(stated), language) in pages.file_of(language).read_text().splitlines()
    )


def test_at_least_forty_faults_are_known_and_each_has_words_in_both_languages() -> None:
    assert len(FAULTS) >= 40
    assert len({fault.name.en for fault in FAULTS}) == len({fault.name.fr for fault in FAULTS}) == len(FAULTS)
