"""The flood drill: a hash of a famous picture is submitted, and ends suspended; and a bank of one matches."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable

from installation import REPIT, Gate, Hotline, Service, eventually, random_hash, request


def test_a_famous_picture_is_suspended_before_its_hundredth_match_and_the_platform_sees_it(
    hotline: Hotline, gate: Gate, running: Callable[[Service], Service]
) -> None:
    famous, private = random_hash(), random_hash()
    hotline.open_case(famous)
    hotline.open_case(private)
    assert eventually(lambda: gate.refuses(famous) and gate.refuses(private))
    matches = 1
    while said(gate, famous) == ("block", "known"):
        matches += 1
        assert matches < 100
    # It goes to a person now, no longer refused: the platform's default policy for what is in doubt.
    assert said(gate, famous) == ("review", "disputed") and said(gate, private) == ("block", "known")
    shown = operate(hotline, "bank", "review")
    assert "disputed" in shown and "flood" in shown
    item = next(line.split()[0] for line in shown.splitlines() if "disputed" in line)
    assert "platform" in operate(hotline, "bank", "show", item)
    operate(hotline, "bank", "release", item, "--reason", "a real case")
    assert eventually(lambda: said(gate, famous) == ("block", "known"))


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


def said(gate: Gate, value: str) -> tuple[str, str]:
    body = json.dumps({"hashes": [{"algorithm": "pdq", "value": value}]}).encode()
    status, verdict = request(f"{gate.base}/v1/check", body)
    assert status == 200, verdict
    return verdict["verdict"], verdict["rule"]


def operate(hotline: Hotline, *command: str) -> str:
    done = subprocess.run([*REPIT, *command], env=hotline.env, capture_output=True, check=True)
    return done.stdout.decode()


def reported(hotline: Hotline) -> list[int]:
    """The counts of every report, of the one item there is."""
    script = "\n".join(
        (
            "from repit.workers import starting; starting.set_up('hotline')",
            "from repit.bank.models import MatchReport",
            "print(*MatchReport.objects.order_by('id').values_list('count', flat=True))",
        )
    )
    done = subprocess.run([REPIT[0], "-c", script], env=hotline.env, capture_output=True, check=True)
    return [int(one) for one in done.stdout.split()]
