"""Gates and their hotline over a day: two gates, a silent hotline, hostile uploads, an orderly end."""

import http.client
from collections.abc import Callable
from pathlib import Path

import psutil

from installation import Gate, Hotline, Service, eventually, random_hash, request
from repit.demo.device import submission
from repit.demo.pictures import original, uploads

Start = Callable[[Service], Service]


def test_two_gates_follow_one_hotline_and_both_forget(
    hotline: Hotline, gate: Gate, tmp_path: Path, running: Start
) -> None:
    second = Gate(tmp_path / "second", hotline, hotline.subscribe("another platform"))
    withdrawn, other = random_hash(), random_hash()
    receipt = hotline.open_case(withdrawn)
    running(second)  # takes the first case from a snapshot, the gate from a change
    hotline.open_case(other)
    for each in (gate, second):
        assert eventually(lambda each=each: each.refuses(withdrawn) and each.refuses(other))
    hotline.withdraw(receipt)
    for each in (gate, second):
        assert eventually(lambda each=each: not each.refuses(withdrawn))
        assert each.refuses(other)


def test_a_gate_goes_on_without_its_hotline_says_so_and_catches_up(hotline: Hotline, gate: Gate) -> None:
    known, other = random_hash(), random_hash()
    hotline.open_case(known)
    assert eventually(lambda: gate.refuses(known))
    hotline.kill()
    assert eventually(lambda: gate.report()["feed"]["trouble"] == "peer-failed")
    assert gate.refuses(known)
    lag = gate.report()["feed"]["lag_seconds"]
    assert eventually(lambda: gate.report()["feed"]["lag_seconds"] > lag)
    gate.kill()
    gate.start()
    gate.ready()  # ready without the hotline, from what it keeps
    assert gate.refuses(known)
    assert gate.report()["storage"] == "sealed"
    hotline.start()
    hotline.ready()
    hotline.open_case(other)
    assert eventually(lambda: gate.refuses(other) and gate.report()["feed"]["trouble"] is None)


def test_only_who_was_granted_anchored_hashes_receives_them_and_finds_what_needs_them(
    hotline: Hotline, gate: Gate, tmp_path: Path, running: Start
) -> None:
    granted = Gate(tmp_path / "granted", hotline, hotline.subscribe("a trusted platform", "--anchored"))
    running(granted)
    picture = original(None)
    sent = {upload.name.en: upload.data for upload in uploads(picture, ours=True)}
    receipt = hotline.open_case_of(submission(picture))
    for each in (gate, granted):
        assert eventually(lambda each=each: each.verdict(picture) == ("block", "standard"))
        assert each.verdict(sent["Mirrored"]) == ("block", "orientation")
        assert each.verdict(sent["With a border"]) == ("block", "altered")
        assert each.verdict(sent["Unrelated: a coffee"]) == ("allow", None)
    assert granted.verdict(sent["Cropped by 12 %"]) == ("block", "altered")
    assert gate.verdict(sent["Cropped by 12 %"]) == ("allow", None)
    assert gate.report()["hashes"] == 1
    assert granted.report()["hashes"] > 4
    hotline.withdraw(receipt)
    for each in (gate, granted):
        assert eventually(lambda each=each: each.verdict(sent["With a border"]) == ("allow", None))
        assert each.report()["hashes"] == 0


def test_hostile_uploads_over_the_wire_leave_the_gate_standing(hotline: Hotline, gate: Gate) -> None:
    for content in (b"\xff\xd8\xff" + bytes(50_000), b"GIF89a" + b"\xff" * 1000, b"<svg>"):
        status, answer = request(f"{gate.base}/v1/check", content, "application/octet-stream")
        assert (status, bool(answer["undecided"])) == (200, True)
    assert request(f"{gate.base}/v1/check", b"text", "application/octet-stream")[1]["rule"] == "not-a-picture"
    assert request(f"{gate.base}/v1/check", b"", "application/octet-stream")[0] == 400
    assert announced(gate, 10**12) == 413
    assert chunked(gate, b"text, in chunks") == 200
    assert gate.answers()


def announced(gate: Gate, size: int) -> int:
    """The answer to an upload that says it is huge, before any of it is sent."""
    connection = http.client.HTTPConnection("127.0.0.1", gate.port, timeout=30)
    connection.putrequest("POST", "/v1/check")
    connection.putheader("Content-Type", "image/png")
    connection.putheader("Content-Length", str(size))
    connection.endheaders(b"x")
    status = connection.getresponse().status
    connection.close()
    return status


def chunked(gate: Gate, content: bytes) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", gate.port, timeout=30)
    connection.request(
        "POST", "/v1/check", iter([content]), {"Content-Type": "image/png"}, encode_chunked=True
    )
    answer = connection.getresponse()
    undecided = b"not-a-picture" in answer.read()
    connection.close()
    return answer.status if undecided else 0


def test_a_gate_leaves_no_child_whether_it_is_asked_to_stop_or_killed(gate: Gate) -> None:
    for end in (gate.terminate, gate.kill):
        assert gate.process is not None
        children = psutil.Process(gate.process.pid).children(recursive=True)
        assert children
        assert end() in (0, None)
        assert eventually(lambda below=children: not any(child.is_running() for child in below))
        gate.start()
        gate.ready()
