"""The bank is nobody's weapon: what spreads a picture opens no channel, and a famous picture ends suspended.

And a bank of one item matches.
"""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from terminal import typed

from installation import REPIT, Gate, Hotline, Service, eventually, random_hash, request
from repit.demo.device import submission
from repit.demo.pictures import original

DESK = Path(__file__).with_name("review_decisions.py")
Start = Callable[[Service], Service]


NAMES = ("first", "second", "third")
KEYS = """
import json
from repit.foundation.process import starting; starting.set_up('hotline')
from repit.hotline.feeds import subscribers
found = []
for name in %r:
    key = subscribers.add(name, sees_anchored=True)
    subscribers.set_people(name, True)
    found.append((key, subscribers.rotate(name, desk=True)))
print(json.dumps(found))
"""


def platforms(hotline: Hotline) -> list[tuple[str, str]]:
    """Three platforms with moderators of their own, of whom the hotline knows: keys of feed and desk."""
    command = [REPIT[0], "-c", KEYS % (NAMES,)]
    done = subprocess.run(command, env=hotline.env, capture_output=True, check=True)
    return [(key, desk) for key, desk in json.loads(done.stdout)]


def check(gate: Gate, content: bytes) -> dict[str, Any]:
    status, verdict = request(f"{gate.base}/v1/check", content, "image/jpeg")
    assert status == 200, verdict
    return verdict


def test_no_number_of_uploads_at_any_number_of_gates_ends_a_block(
    hotline: Hotline, tmp_path: Path, running: Start
) -> None:
    private = random_hash()
    gates = [Gate(tmp_path / f"gate {n}", hotline, hotline.subscribe(f"platform {n}")) for n in range(2)]
    for gate in gates:
        running(gate)
    hotline.open_case(private)
    for gate in gates:
        assert eventually(lambda gate=gate: gate.refuses(private))
    for gate in gates:
        assert [verdict_of(gate, private) for _ in range(60)] == [("block", "known")] * 60
    # A person at the hotline is asked once both have reported; it goes on being refused meanwhile.
    assert eventually(lambda: sum(reported(hotline)) == 2 * 61)
    shown = operate(hotline, "bank", "review")
    assert "served meanwhile" in shown and "matches at 2 platforms" in shown
    for gate in gates:
        assert [verdict_of(gate, private) for _ in range(60)] == [("block", "known")] * 60
    operate(hotline, "bank", "release", shown.split()[0], "--reason", "a real case")
    assert operate(hotline, "bank", "review") == ""
    for gate in gates:
        assert verdict_of(gate, private) == ("block", "known")


@pytest.mark.timeout(900)
def test_a_famous_picture_is_suspended_by_moderators_of_three_platforms_before_its_hundredth_refusal(
    hotline: Hotline, gate: Gate, tmp_path: Path, running: Start
) -> None:
    famous, private = original(None), random_hash()
    (feed, desk), *others = platforms(hotline)
    platform = Gate(tmp_path / "first", hotline, feed)
    platform.env["REPIT_GATE_DESK_KEY"] = desk
    running(platform)
    hotline.open_case_of(submission(famous))
    hotline.open_case(private)
    for each in (platform, gate):
        assert eventually(lambda each=each: each.refuses(private))
        assert eventually(lambda each=each: check(each, famous)["verdict"] == "block")
    refused = [check(platform, famous) for _ in range(8)]
    assert {answer["verdict"] for answer in refused} == {"block"}
    item, decision = refused[0]["evidence"][0]["item"], refused[0]["decision"]
    status, _ = request(f"{platform.base}/v1/reviews/{decision}/appeals", b'{"text": "Everyone knows it."}')
    assert status == 201
    command = [sys.executable, str(DESK), decision, "free"]
    subprocess.run(command, env=platform.env, check=True, capture_output=True)
    # Let go here at once; refused everywhere else until people of three platforms have said so.
    assert eventually(lambda: check(platform, famous)["rule"] == "let-go-here")
    assert verdict_of(platform, private) == ("block", "known")
    assert eventually(lambda: heard(hotline, others[0][1], item) == 1)
    for _, key in others:
        verdict = check(gate, famous)
        assert verdict["verdict"] == "block"
        refused.append(verdict)
        opine(hotline, key, item)
    assert eventually(lambda: check(gate, famous)["rule"] == "disputed")
    assert len(refused) < 100
    shown = operate(hotline, "bank", "review")
    assert "disputed" in shown and "moderators of 3 parties" in shown and item in shown
    # A person looks, and may keep it all the same; the platform's own people let it go at theirs.
    operate(hotline, "bank", "release", item, "--reason", "a real case")
    assert eventually(lambda: check(gate, famous)["verdict"] == "block")
    assert check(platform, famous)["rule"] == "let-go-here"


def heard(hotline: Hotline, key: str, item: str) -> int:
    """How many say that it is not to be blocked."""
    asked = urllib.request.Request(  # noqa: S310 - ours
        f"{hotline.base}/exchange/repit/v1/opinions?item={item}", headers={"Authorization": f"Bearer {key}"}
    )
    with urllib.request.urlopen(asked, timeout=30) as answer:  # noqa: S310 - ours
        return int(json.loads(answer.read())["opinions"]["not_blocked"])


def opine(hotline: Hotline, key: str, item: str) -> None:
    """What another platform's desk says, with its own key."""
    body = json.dumps({"item": item, "opinion": "not_blocked", "depth": 90}).encode()
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    asked = urllib.request.Request(  # noqa: S310 - ours
        f"{hotline.base}/exchange/repit/v1/opinions", body, headers
    )
    with urllib.request.urlopen(asked, timeout=30) as answer:  # noqa: S310 - ours
        assert answer.status == 200


def test_a_gate_that_was_killed_with_matches_unreported_reports_them_once(
    hotline: Hotline, gate: Gate
) -> None:
    known = random_hash()
    hotline.open_case(known)
    assert eventually(lambda: gate.refuses(known))
    assert eventually(lambda: reported(hotline) == [1])
    hotline.kill()
    for _ in range(7):
        assert gate.refuses(known)
    gate.kill()
    gate.start()
    gate.ready()
    assert gate.refuses(known)
    hotline.start()
    hotline.ready()
    assert eventually(lambda: sum(reported(hotline)) == 9)


def test_a_bank_of_one_item_matches(hotline: Hotline, gate: Gate) -> None:
    """threatexchange's index of exactly one PDQ hash does not, once saved and loaded (its issue 1318)."""
    only = random_hash()
    hotline.open_case(only)
    assert eventually(lambda: gate.refuses(only))
    gate.kill()
    gate.start()
    gate.ready()
    assert gate.report()["hashes"] == 1
    flipped = only[:-1] + format(int(only[-1], 16) ^ 1, "x")
    assert gate.refuses(only) and gate.refuses(flipped) and not gate.refuses(random_hash())


def verdict_of(gate: Gate, value: str) -> tuple[str, str]:
    body = json.dumps({"hashes": [{"algorithm": "pdq", "value": value}]}).encode()
    status, verdict = request(f"{gate.base}/v1/check", body)
    assert status == 200, verdict
    return verdict["verdict"], verdict["rule"]


def operate(hotline: Hotline, *command: str) -> str:
    return typed(hotline.env, *command, check=True).stdout


def reported(hotline: Hotline) -> list[int]:
    """The counts of every report, of the one item there is."""
    script = "\n".join(
        (
            "from repit.foundation.process import starting; starting.set_up('hotline')",
            "from repit.hotline.bank.models import MatchReport",
            "print(*MatchReport.objects.order_by('id').values_list('count', flat=True))",
        )
    )
    done = subprocess.run([REPIT[0], "-c", script], env=hotline.env, capture_output=True, check=True)
    return [int(part) for part in done.stdout.split()]
