"""A video from a person's device to a platform's doors: its copy refused, and let through once withdrawn."""

import base64
import hashlib
from pathlib import Path
from typing import Any

from gate_films import cut_and_mirrored, known_film, known_moments, other_film

from installation import GateWithChannels, eventually, request
from repit_engine.moments import to_bytes
from test_gate_clients import Clients


def submitted() -> dict[str, Any]:
    """What the device sends of a video: digests of its file, and its moments."""
    hashes = [
        {
            "algorithm": name,
            "role": "whole",
            "value": hashlib.new(name, known_film()).hexdigest(),
            "quality": None,
        }
        for name in ("md5", "sha256")
    ]
    moments = base64.b64encode(to_bytes(known_moments())).decode()
    return {"media": "video", "kind": "intimate", "hashes": hashes, "moments": moments}


def checked(gate: GateWithChannels, content: bytes) -> dict[str, Any]:
    status, answer = request(f"{gate.base}/v1/check", content, "video/mp4")
    assert status == 200
    return answer


def test_a_cut_and_mirrored_copy_is_refused_with_its_segments_until_the_video_is_withdrawn(
    gate_with_channels: GateWithChannels, tmp_path: Path
) -> None:
    gate = gate_with_channels
    clients = Clients(gate, tmp_path)
    copy, other = tmp_path / "copy.mp4", tmp_path / "other.mp4"
    copy.write_bytes(cut_and_mirrored())
    other.write_bytes(other_film())
    receipt = gate.hotline.open_case_of(submitted())
    assert eventually(lambda: gate.report()["videos"]["items"] == 1)
    assert checked(gate, known_film())["evidence"][0]["tier"] == "exact"
    answer = checked(gate, copy.read_bytes())
    assert answer["verdict"] == "block"
    (segment,) = answer["evidence"][0]["segments"]
    assert abs(segment["known"]["from"] - 2) <= 0.5 and abs(segment["upload"]["to"] - 8) <= 0.5
    assert clients.clamdscan(copy) and not clients.clamdscan(other)
    gate.hotline.withdraw(receipt)
    assert eventually(lambda: gate.report()["videos"]["items"] == 0)
    assert checked(gate, copy.read_bytes())["verdict"] == "allow"
    assert not clients.clamdscan(copy)
