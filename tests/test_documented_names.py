"""Settings, files and places that the pages name are there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from documented import ROOT, blocks, name_of, pages, spans
from repit.settings.declared import DECLARED

PAGES = pages()
ELSEWHERE = {
    "REPIT_WITHOUT_BROWSER": "read by the tests",
    "REPIT_NAME": "read by compose files",
    "REPIT_ADRESS": "misspelt on purpose, in the pages of faults",
}
"""Variables that are read by something else than `repit`, and by what."""
_SETTING = re.compile(r"\bREPIT_[A-Z0-9_]*[A-Z0-9]\b(?!…|\*)")
_LINK = re.compile(r"\[(?:[^\[\]]|\[[^\]]*\])*\]\(([^)\s]+)\)")
_TREE = "bench|browser|conformance|docs|drills|engine|examples|matrix|service|tests|tools|tx|wordpress"
_PATH = re.compile(rf"(?:{_TREE}|requirements)/[\w./-]*\w/?")
_MODULE = re.compile(
    r"(?!repit\.(?:toml|conf|target|json|rules|problems|test)\b)(?:repit|repit_engine)(?:\.[a-z_0-9]+)+(?:\.\w+)*"
)


def _settings() -> set[str]:
    return {*DECLARED, *(f"{name}_FILE" for name, setting in DECLARED.items() if setting.secret), *ELSEWHERE}


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_setting_that_a_page_names_is_declared(page: Path) -> None:
    assert set(_SETTING.findall(page.read_text("utf-8"))) - _settings() == set()


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_link_of_a_page_leads_somewhere(page: Path) -> None:
    lost = []
    for link in _LINK.findall(page.read_text("utf-8")):
        if link.startswith(("http:", "https:", "mailto:")):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        if not target.exists() or (anchor and anchor not in _anchors(target)):
            lost.append(link)
    assert lost == []


def _anchors(page: Path) -> set[str]:
    """As GitHub makes them of headings."""
    headings = re.findall(r"^#+ (.+)$", page.read_text("utf-8"), re.M)
    plain = (re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings)
    return set(plain)


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_file_that_a_page_names_is_there(page: Path) -> None:
    text = page.read_text("utf-8")
    named = {span for span in spans(text) if _PATH.fullmatch(span)}
    named |= {
        word for block in blocks(text, "sh", "bash", "") for word in block.split() if _PATH.fullmatch(word)
    }
    assert {path for path in named if not _there(path) and "NAME" not in path} == set()


def _there(path: str) -> bool:
    """Where a page names a file, or a module without its ending."""
    return any((ROOT / f"{path}{ending}").exists() for ending in ("", ".py"))


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_module_that_a_page_names_is_there(page: Path) -> None:
    named = {span for span in spans(page.read_text("utf-8")) if _MODULE.fullmatch(span)}
    assert {name for name in named if not _module(name)} == set()


def _module(name: str) -> bool:
    """A module, or a name that stands in one."""
    parts = name.split(".")
    root = ROOT / ("engine" if parts[0] == "repit_engine" else "service") / "src"
    for cut in range(len(parts), 1, -1):
        base = root.joinpath(*parts[:cut])
        file = base / "__init__.py" if base.is_dir() else base.with_suffix(".py")
        if file.exists():
            return all(re.search(rf"\b{re.escape(part)}\b", file.read_text("utf-8")) for part in parts[cut:])
    return (root.joinpath(*parts[:1])).is_dir() and len(parts) == 1
