"""One table says what becomes of each kind of file at each channel: gates do it, and the guides show it."""

from __future__ import annotations

import gzip
import io
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from at_channels import Channels
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, override_settings
from gate_pictures import entry, jpeg, pdq, sample
from typer.testing import CliRunner

from repit.foundation.errors import Text
from repit.platform import assembly
from repit.platform.commands import policy as command
from repit.platform.gate import kinds_table
from repit.platform.gate.channels import CHANNELS, TWO_ANSWERS
from repit.platform.gate.inspection.question import WholeFile
from repit.platform.gate.kinds_table import ROWS, as_installed, table, verdict_of
from repit.platform.gate.models import Decision
from repit.platform.gate.policy import judge
from repit.platform.gate.policy_file import PolicyWrongValue, parse_policy
from repit.platform.gate.runtime import Gate
from repit.platform.gate.verdict import Undecided

DOCS = Path(__file__).resolve().parents[4] / "docs"
CAT = jpeg(sample())


def zipped(content: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("cat.jpg", content)
    return out.getvalue()


def animation() -> bytes:
    out = io.BytesIO()
    first, second = sample("rocket").resize((90, 60)), sample("coffee").resize((90, 60))
    first.save(out, "GIF", save_all=True, append_images=[second], duration=500)
    return out.getvalue()


SENT = {
    "known": [CAT],
    "picture": [jpeg(sample("rocket"))],
    "animation": [animation()],
    "damaged": [b"\xff\xd8\xff\xe0" + bytes(5000)],
    "unread": [b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"\xff\x0a\xfa\x1f\x41\x91", b"8BPS\0\1"],
    "film": [
        b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom\0\0\0\x10moov\0\0\0\x08mvhd" + bytes(5000),
        b"\x1aE\xdf\xa3" + bytes(500),
        b"ID3\4" + bytes(500),
        b"OggS\0\2",
    ],
    "page": [b"<!doctype html><html><p>nothing</p></html>", b'<?xml version="1.0"?><feed/>'],
    "container": [
        b"%PDF-1.7\n",
        zipped(CAT),
        gzip.compress(b"a letter"),
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        b"{\\rtf1 hello}",
    ],
    "text": [b"a letter", b"name,age\nAda,36\n"],
    "unknown": [bytes(range(1, 256)) * 9],
    "empty": [b""],
}
"""Rows that bytes alone bring about; forms and sizes are sent by the tests of their channels."""


@pytest.fixture
def installed(gate: Gate, channels: Channels) -> Channels:
    gate.index.apply(entry("cat", pdq(CAT)))
    gate.policy.undecided_channels.update(as_installed().undecided_channels)  # type: ignore[attr-defined]
    return channels


def test_every_channel_does_with_every_kind_of_file_what_the_table_says(
    gate: Gate, installed: Channels
) -> None:
    wrong = []
    for row in ROWS:
        for content in SENT.get(row.name, []):
            for name, ask in installed.all():
                if row.name == "empty" and name in ("check", "bare"):
                    continue
                expected = verdict_of(row, as_installed(), name)
                before = Decision.objects.count()
                outcome = ask(content)
                kept = Decision.objects.count() - before
                said = "allow" if name in TWO_ANSWERS and expected.outcome == "review" else expected.outcome
                if (outcome, kept) != (said, 0 if expected.is_plain else 1):
                    wrong.append((row.name, name, content[:8], outcome, kept))
    assert wrong == []


@pytest.mark.parametrize("path", ["/v1/check", "/v1/refuse"])
def test_an_empty_body_is_an_error_and_no_decision(gate: Gate, path: str) -> None:
    for sent in (
        {"data": b"", "content_type": "image/jpeg"},
        {"data": {"file": SimpleUploadedFile("a", b"")}},
    ):
        answer = Client().post(path, **sent)
        assert (answer.status_code, answer.json()["code"]) == (400, "empty-upload")
        assert "empty" in answer.json()["title"] and "--data-binary" in answer.json()["next_step"]
    assert not Decision.objects.exists()


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_guide_shows_the_table_as_the_code_makes_it(language: str) -> None:
    guide = (DOCS / language / "integrations.md").read_text()
    shown = guide.split("<!-- kinds -->\n")[1].split("<!-- /kinds -->")[0].strip()
    assert shown == table(as_installed(), language).strip()


def test_the_table_is_that_of_a_gate_whose_settings_nobody_changed() -> None:
    assert assembly._policy() == as_installed()


def test_the_operator_reads_the_table_of_their_own_policy(tmp_path: Path) -> None:
    file = tmp_path / "policy.toml"
    file.write_text(
        'version = 1\nrules = []\n[undecided]\nchannels = {bare = "allow"}\ncontainers = "block"\n'
    )
    run = CliRunner(env={"REPIT_LANGUAGE": "en"}).invoke
    assert run(command.app, ["kinds"]).stdout == table(as_installed(), "en")
    own = run(command.app, ["kinds", str(file)]).stdout
    assert "`check` **people look**; `bare` passes, recorded" in own
    row = next(line for line in own.splitlines() if line.startswith("| Document or archive"))
    assert row.count("**refused**") == len(kinds_table._DOORS)


def test_documents_and_archives_follow_a_setting_of_their_own_and_nothing_else(gate: Gate) -> None:
    for setting, outcome in (("pass", "allow"), ("review", "review"), ("refuse", "block")):
        with override_settings(REPIT_GATE_CONTAINERS=setting, REPIT_GATE_UNDECIDED="refuse"):
            inspector = replace(gate.inspector, policy=assembly._policy())
        for channel in CHANNELS:
            verdict = inspector.inspect(WholeFile(zipped(CAT), channel))
            assert (verdict.outcome, verdict.undecided) == (outcome, "container")
            assert (verdict.decision is None) == (outcome == "allow")
    assert verdict.rule == "undecided"
    letter = inspector.inspect(WholeFile(b"a letter", "check"))
    assert (letter.outcome, letter.rule) == ("allow", "not-a-picture")


def test_a_policy_file_says_it_by_channel() -> None:
    policy = parse_policy(
        '{"version": 1, "rules": [], "undecided": {"container_channels": {"wordpress": "review"}}}'
    )
    seen = Undecided("container", Text("", ""), left="container")
    outcomes = {channel: judge(policy, channel, seen).outcome for channel in CHANNELS}
    assert {channel for channel, outcome in outcomes.items() if outcome != "allow"} == {"wordpress"}
    with pytest.raises(PolicyWrongValue):
        parse_policy('{"version": 1, "rules": [], "undecided": {"containers": "open"}}')


def test_what_is_not_looked_into_is_counted_by_its_kind(gate: Gate) -> None:
    for content in (zipped(CAT), b"a letter", SENT["film"][0], SENT["page"][0]):
        gate.inspector.inspect(WholeFile(content, "check"))
    text = gate.inspector.metrics.written().decode()
    for kind in ("container", "no-picture", "film", "page"):
        assert f'repit_gate_not_looked_into_total{{channel="check",kind="{kind}"}} 1.0' in text
