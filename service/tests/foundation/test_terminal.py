"""What a command says: words for a person, JSON for a program."""

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import pytest

from repit.foundation import terminal
from repit.foundation.errors import NotFound, SealBroken, Text


@dataclass(frozen=True, slots=True)
class Found:
    name: str
    at: datetime


def test_an_answer_is_a_line_for_a_person(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REPIT_LANGUAGE", "fr")
    terminal.answer(Text("Closed.", "Fermé."), {"closed": True}, as_json=False)
    assert capsys.readouterr().out == "Fermé.\n"


def test_an_answer_is_one_object_for_a_program(capsys: pytest.CaptureFixture[str]) -> None:
    terminal.answer(Text("Closed.", "Fermé."), {"closed": True}, as_json=True)
    assert json.loads(capsys.readouterr().out) == {"closed": True}


def test_moments_days_paths_and_sets_have_one_form(capsys: pytest.CaptureFixture[str]) -> None:
    moment = datetime(2026, 1, 2, 4, 4, 5, 6, tzinfo=timezone(timedelta(hours=1)))
    terminal.write_json(
        {
            "at": moment,
            "day": date(2026, 1, 2),
            "file": Path("a/b"),
            "kinds": {"b", "a"},
            "found": [Found("é", moment.astimezone(UTC))],
        }
    )
    out = capsys.readouterr().out
    assert out.count("\n") == 1
    assert json.loads(out) == {
        "at": "2026-01-02T03:04:05Z",
        "day": "2026-01-02",
        "file": "a/b",
        "kinds": ["a", "b"],
        "found": [{"name": "é", "at": "2026-01-02T03:04:05Z"}],
    }


def test_what_has_no_form_is_not_made_up(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(TypeError, match=r"^object$"):
        terminal.write_json({"what": object()})
    assert capsys.readouterr().out == ""


def test_a_refusal_is_a_problem_for_a_program(capsys: pytest.CaptureFixture[str]) -> None:
    terminal.complain(NotFound(), ["subscriber", "show", "x", "--json"])
    body = capsys.readouterr()
    assert body.out == ""
    assert json.loads(body.err)["code"] == "not-found"
    assert json.loads(body.err)["type"] == "urn:repit:problem:not-found"


def test_a_refusal_is_two_sentences_for_a_person(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REPIT_LANGUAGE", "en")
    terminal.complain(NotFound(), ["subscriber", "show", "x"])
    assert capsys.readouterr().err == f"{NotFound.message.en}\n{NotFound.next_step.en}\n"


@pytest.mark.parametrize("words", [["--json"], []])
def test_what_is_not_safe_to_show_is_shown_to_neither(
    words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    terminal.complain(SealBroken(), words)
    assert "sealed" not in capsys.readouterr().err
