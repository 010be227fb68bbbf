"""tools/pages_agree.py finds what it is there for, and nothing in the pages as they are."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

TOOL = Path(__file__).resolve().parents[1] / "tools" / "pages_agree.py"
ENGLISH = """# A page

Within 72 hours, 1,000 of 2.5 % ([policy](policy.md)); `REPIT_HTTPS=yes`.

## Start

```sh
repit gate  # starts it
```

| Field | Meaning |
|---|---|
| `a` | one |

- a point
"""
FRENCH = """# Une page

Sous 72 heures, 1 000 sur 2,5 % ([politique](policy.md)) ; `REPIT_HTTPS=yes`.

## Démarrer

```sh
repit gate  # le démarre
```

| Champ | Sens |
|---|---|
| `a` | un |

- un point
"""


@pytest.fixture(scope="module")
def tool() -> ModuleType:
    spec = importlib.util.spec_from_file_location("pages_agree", TOOL)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["pages_agree"] = module
    spec.loader.exec_module(module)
    return module


def test_the_pages_agree(tool: ModuleType) -> None:
    assert list(tool.findings()) == []


def test_two_halves_that_say_the_same_agree(tool: ModuleType) -> None:
    assert list(tool.compare(ENGLISH, FRENCH)) == []


@pytest.mark.parametrize(
    ("before", "after", "found"),
    [
        ("72 heures", "48 heures", "figures in French only: 48"),
        ("1 000", "10 000", "figures in English only: 1000"),
        ("2,5 %", "2,4 %", "figures in French only: 2.4"),
        ("policy.md", "review.md", "links in French only: review.md"),
        ("REPIT_HTTPS=yes", "REPIT_HTTPS=no", "names in French only: REPIT_HTTPS=no"),
        ("## Démarrer", "### Démarrer", "headings differ"),
        ("repit gate", "repit both", "code differs"),
        ("| `a` | un |\n", "| `a` | un |\n| `b` | deux |\n", "tables"),
        ("- un point\n", "", "1 and 0 points"),
        ("## Démarrer\n", "## Démarrer\n\nUn mot de plus.\n", "paragraphs"),
    ],
)
def test_what_only_one_half_says_is_found(tool: ModuleType, before: str, after: str, found: str) -> None:
    assert before in FRENCH
    lines = list(tool.compare(ENGLISH, FRENCH.replace(before, after)))
    assert any(found in line for line in lines), lines


def test_code_that_is_set_in_is_code(tool: ModuleType) -> None:
    page = "# A page\n\n    repit gate --port 1  # a note\n    repit both\n\nA word.\n"
    assert list(tool.compare(page, page.replace("a note", "une note").replace("A word", "Un mot"))) == []
    assert "code differs" in next(tool.compare(page, page.replace("--port 1", "--port 2")))


def test_a_french_page_leads_to_french_pages(tool: ModuleType) -> None:
    page = "[a](../en/policy.md#x) [b](../en/pdq.md) [c](policy.md)"
    assert tool._detours(page) == ["policy.md"]
