"""A running gate as a Mastodon server's bot: webhooks over HTTP, a stand-in for the server, a killed gate."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "service" / "tests"))

from mastodon_stand_in import SECRET, TOKEN, StandIn

from installation import Gate, Hotline, Service, eventually
from repit.demo.device import submission
from repit.demo.pictures import original, uploads


@pytest.fixture
def server() -> Iterator[StandIn]:
    stand_in = StandIn()
    yield stand_in
    stand_in.close()


def test_a_banked_picture_and_its_altered_copy_are_reported_and_nothing_told_is_lost_when_the_gate_is_killed(
    hotline: Hotline, server: StandIn, tmp_path: Path, running: Callable[[Service], Service]
) -> None:
    picture = original(None)
    sent = {upload.name.en: upload.data for upload in uploads(picture, ours=True)}
    hotline.open_case_of(submission(picture))
    gate = Gate(tmp_path / "gate", hotline, hotline.subscribe("instance"))
    for name, value in {"secret": SECRET, "token": TOKEN}.items():
        (tmp_path / name).write_text(f"{value}\n")
    gate.env |= {
        "REPIT_MASTODON_URL": server.base,
        "REPIT_MASTODON_SECRET_FILE": str(tmp_path / "secret"),
        "REPIT_MASTODON_TOKEN_FILE": str(tmp_path / "token"),
        "REPIT_OUTBOUND_ALLOW": f"{gate.env['REPIT_OUTBOUND_ALLOW']},{server.host}",
    }
    running(gate)
    assert eventually(lambda: gate.verdict(picture)[0] == "block")
    hook = f"{gate.base}/v1/hooks/mastodon"
    banked, altered = server.status(picture), server.status(sent["With a border"])
    assert server.deliver(hook, "status.created", server.status(sent["Unrelated: a coffee"])) == 202
    assert server.deliver(hook, "status.created", banked) == 202
    assert eventually(lambda: len(server.reports) == 1)
    server.answers = [503] * 1000
    assert server.deliver(hook, "status.created", altered) == 202
    gate.kill()
    server.answers = []
    gate.start()
    gate.ready()
    for _ in range(2):
        assert server.deliver(hook, "status.updated", altered) == 202
    assert eventually(lambda: len(server.reports) == 2)
    assert [report["status_ids"] for report in server.reports.values()] == [[banked["id"]], [altered["id"]]]
    assert server.sensitized == []
