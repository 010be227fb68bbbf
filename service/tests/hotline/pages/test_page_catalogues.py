"""No string is missing in French or English, and a clean clone speaks both."""

import gettext
import importlib.util
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[4]


@pytest.fixture
def catalogues(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """The tool, working on a copy of the catalogues."""
    spec = importlib.util.spec_from_file_location("catalogues_under_test", ROOT / "tools" / "catalogues.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, spec.name, module)
    monkeypatch.syspath_prepend(ROOT / "tools")
    spec.loader.exec_module(module)
    shutil.copytree(module.LOCALE, tmp_path / "locale")
    monkeypatch.setattr(module, "LOCALE", tmp_path / "locale")
    yield module


def test_both_catalogues_are_complete_and_compiled(catalogues: ModuleType) -> None:
    assert catalogues.main(["--check"]) == 0


@pytest.mark.parametrize(("language", "singular"), [("fr", (0, 1)), ("en", (1,))])
def test_each_plural_is_found_whatever_the_number(
    catalogues: ModuleType, language: str, singular: tuple[int, ...]
) -> None:
    """What stands in the compiled file is what Django reads; its rule must fit the forms that are there."""
    with (catalogues.LOCALE / language / "LC_MESSAGES" / "django.mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)
    plurals = [message for message in catalogues.read(language) if isinstance(message.id, tuple)]
    assert plurals
    for message in plurals:
        for number in (0, 1, 2, 3, 21, 1_000_000):
            wanted = message.string[number not in singular]
            arguments = (message.id[0], message.id[1], number)
            context = message.context
            found = compiled.npgettext(context, *arguments) if context else compiled.ngettext(*arguments)
            assert found == wanted


def test_updating_complete_catalogues_changes_nothing(catalogues: ModuleType) -> None:
    def held() -> dict[str, bytes]:
        return {path.name + path.parts[-3]: path.read_bytes() for path in catalogues.LOCALE.rglob("django.*")}

    before = held()
    assert catalogues.main(["--update"]) == 0
    assert held() == before


@pytest.mark.parametrize("harm", ["untranslated", "fuzzy", "gone", "uncompiled"])
def test_an_incomplete_catalogue_is_refused(
    catalogues: ModuleType, harm: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = catalogues.LOCALE / "fr" / "LC_MESSAGES" / "django.po"
    text = path.read_text(encoding="utf-8")
    target = 'msgid "First steps"\nmsgstr "Premiers pas"\n'
    assert target in text
    harmed = {
        "untranslated": text.replace(target, 'msgid "First steps"\nmsgstr ""\n'),
        "fuzzy": text.replace(target, f"#, fuzzy\n{target}"),
        "gone": text.replace(target, ""),
        "uncompiled": text.replace("Premiers pas", "Premiers gestes"),
    }[harm]
    path.write_text(harmed, encoding="utf-8")
    assert catalogues.main(["--check"]) == 1
    assert "fr: " in capsys.readouterr().err


def test_strings_of_templates_and_of_code_are_both_found(catalogues: ModuleType) -> None:
    found = {message.id for message in catalogues.template_catalogue()}
    assert "Leave this page quickly" in found
    assert "Open now, day and night." in found
