"""What `repit-scan` says when it cannot go on, in both languages, to people and to programs."""

import json
import resource
import subprocess
import sys
from pathlib import Path

import pytest
from accounts import BOUND
from scans import hex_of, picture, rows_of, scan

from repit_engine.cli.scan_list import read_list


@pytest.fixture
def stored(tmp_path: Path) -> Path:
    folder = tmp_path / "stored"
    (folder / "closed").mkdir(parents=True)
    for name in ("a.jpg", "b.jpg", "closed/c.jpg"):
        (folder / name).write_bytes(picture(1))
    return folder


def test_what_cannot_be_read_is_a_row_with_its_reason(stored: Path, tmp_path: Path) -> None:
    (stored / "b.jpg").chmod(0)
    (stored / "closed").chmod(0)
    done = scan(stored, "--out", tmp_path / "rows.jsonl", "--json", by=BOUND)
    (stored / "closed").chmod(0o755)
    assert done.returncode == 0, done.stderr
    assert {Path(row["file"]).name: row["reason"] for row in rows_of(tmp_path / "rows.jsonl")} == {
        "a.jpg": None,
        "b.jpg": "unreadable-file",
        "closed": "unreadable-folder",
    }
    assert json.loads(done.stdout)["outcomes"] == {"hashed": 1, "unreadable-file": 1, "unreadable-folder": 1}


@pytest.mark.parametrize(
    ("arguments", "en", "fr"),
    [
        (
            ["--against", "absent.txt", "--out", "rows.jsonl"],
            "absent.txt is not there",
            "absent.txt n’existe pas",
        ),
        (["--out", "absent/rows.jsonl"], "Nothing can be written", "Rien ne peut être écrit"),
        (["--out", "closed/rows.jsonl"], "Nothing can be written", "Rien ne peut être écrit"),
        (["--out", "rows.csv"], "says no form", "ne dit pas la forme"),
        (["--out", "there.jsonl"], "exists already", "existe déjà"),
        (["--out", "rows.jsonl", "absent"], "does not exist", "n’existe pas"),
    ],
)
def test_a_mistake_is_said_in_both_languages_and_as_json(
    arguments: list[str], en: str, fr: str, stored: Path
) -> None:
    (stored / "there.jsonl").write_text("kept\n")
    (stored / "closed").chmod(0o555)
    plain = scan("a.jpg", *arguments, by=BOUND, cwd=stored)
    assert (plain.returncode, plain.stdout) == (2, b"")
    assert en in plain.stderr.decode()
    assert b"Traceback" not in plain.stderr
    for_programs = scan("a.jpg", *arguments, "--json", by=BOUND, language="fr", cwd=stored)
    answer = json.loads(for_programs.stdout)
    assert (for_programs.returncode, answer["complete"], for_programs.stderr) == (2, False, b"")
    assert fr in answer["error"]["message"]
    assert answer["error"]["next_step"]
    assert (stored / "there.jsonl").read_text() == "kept\n"
    assert not list(stored.glob("*.journal"))


def test_a_scan_that_is_taken_up_with_something_else_is_refused_and_says_what_changed(
    stored: Path, tmp_path: Path
) -> None:
    """A full disk stops it; what it found is not mixed with another bank's or another radius' matches."""
    bank, out = tmp_path / "bank.txt", tmp_path / "rows.jsonl"
    bank.write_text(f"{hex_of(picture(1))} one\n")
    names = [f"{stored / 'a.jpg'}\n"] * 400
    (tmp_path / "listing").write_text("".join(names))
    arguments = ["--listing", tmp_path / "listing", "--against", bank, "--out", out]
    done = scan(*arguments, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (90_000, 90_000)))
    assert done.returncode == 1
    assert b"no room left" in done.stderr
    assert not out.exists()
    for changed, words in (
        ([*arguments, "--radius", "20"], b"--radius changed"),
        ([*arguments[:2], "--out", out], b"--against changed"),
    ):
        done = scan(*changed)
        assert done.returncode == 2
        assert words in done.stderr
    known = bank.read_text()
    bank.write_text(known.replace("one", "two"))
    done = scan(*arguments, language="fr")
    assert done.returncode == 2
    assert "--against a changé" in done.stderr.decode()
    bank.write_text(known)
    assert scan(*arguments).returncode == 0
    rows = rows_of(out)
    assert [row["item"] for row in rows] == ["one"] * 400


def test_items_are_called_what_their_list_calls_them(stored: Path, tmp_path: Path) -> None:
    known = hex_of(picture(1))
    lines = {
        known: "1",
        f"{known},item 7": "item 7",
        f"{known}  100  folder/cat.jpg": "folder/cat.jpg",
        f"{known} 2024-05-01 Sam": "2024-05-01 Sam",
        json.dumps({"hash": known, "file": "a/b.jpg"}): "a/b.jpg",
        json.dumps({"hash": known, "item": "case", "file": "a/b.jpg"}): "case",
        json.dumps({"hash": known, "name": "caf\udce9"}): "caf\\xe9",
    }
    for number, (line, name) in enumerate(lines.items()):
        (tmp_path / "bank").write_text(line + "\n")
        out = tmp_path / f"{number}.jsonl"
        if number in (0, 6):  # the rest need no process of their own
            assert scan(stored / "a.jpg", "--against", tmp_path / "bank", "--out", out).returncode == 0
            assert rows_of(out)[0]["item"] == name
        assert read_list(tmp_path / "bank").names.of(1) == name


@pytest.mark.parametrize("program", ["scan", "hash"])
def test_both_commands_say_their_version(program: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", f"repit_engine.cli.{program}", "--version"], capture_output=True, check=True
    )
    assert done.stdout.startswith(b"repit-engine ")
