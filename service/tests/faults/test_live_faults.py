"""What goes wrong while a service runs is said while it lasts, names what to mend, and is over once it is
mended; and the pages (docs/en/faults.md, docs/fr/faults.md) show what is said. Real processes, begun once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from drills.faults import pages
from drills.faults.live import judged
from drills.faults.live.known import FAULTS, LiveFault
from drills.faults.live.world import Live
from drills.faults.world import Terminal


@pytest.fixture(scope="module")
def terminal() -> Iterator[Terminal]:
    with Terminal() as typed:
        yield typed


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    with Live(tmp_path_factory.mktemp("live")) as world:
        yield world


@pytest.mark.parametrize(
    ("fault", "language"),
    [(fault, pages.LANGUAGES[number % 2]) for number, fault in enumerate(FAULTS)],
    ids=lambda value: f"{value.at}: {value.name.en}" if isinstance(value, LiveFault) else value,
)
def test_what_goes_wrong_is_told_while_it_lasts_as_the_page_says(
    fault: LiveFault, language: str, live: Live, terminal: Terminal
) -> None:
    account = judged.ask(fault, live, terminal, language)
    assert account.complaints == []
    shown = pages.live_row(fault, account.words[language], language)
    assert shown in pages.file_of(language).read_text().splitlines()
