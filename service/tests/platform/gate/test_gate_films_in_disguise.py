"""Films that come as something else: as a picture that moves, behind a picture, or too long for memory."""

import io
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from gate_films import RATE, behind_a_picture, film, frames, known_film, known_moments
from gate_pictures import sample
from gate_videos import video_entry
from PIL import Image
from pytest_django import Settings as SettingsWrapper

from repit.foundation.clock import elapsed
from repit.platform.gate.decoder.watching import Watching
from repit.platform.gate.errors import Overloaded
from repit.platform.gate.inspection.question import WholeFile
from repit.platform.gate.inspection.video_work import VideoWork
from repit.platform.gate.runtime import Gate
from repit.platform.gate.spool import Spool
from repit.platform.gate.verdict import Verdict


def inspected(gate: Gate, content: bytes) -> Verdict:
    return gate.inspector.inspect(WholeFile(content, "check"))


def animation(shown: list[Image.Image]) -> bytes:
    out = io.BytesIO()
    small = [picture.resize((160, 120)) for picture in shown]
    small[0].save(out, "GIF", save_all=True, append_images=small[1:], duration=200)
    return out.getvalue()


def with_longer_controls(gif: bytes) -> bytes:
    """Before each frame a control block of five bytes, of which readers take the four that they know."""
    return re.sub(
        rb"\x21\xf9\x04(.{4})\0", lambda found: b"\x21\xf9\x05" + found[1] + b"\0\0", gif, flags=re.DOTALL
    )


def test_an_animation_of_a_known_video_is_found_as_a_video(gate: Gate) -> None:
    gate.index.apply(video_entry("v", known_moments()))
    verdict = inspected(gate, animation(frames()[RATE : 9 * RATE : 4]))
    assert verdict.outcome == "block" and verdict.evidence[0].item == "v"


@pytest.mark.parametrize("announced", [bytes, with_longer_controls])
def test_an_animation_that_could_not_be_looked_at_as_a_video_is_undecided_or_comes_back(
    gate: Gate, monkeypatch: pytest.MonkeyPatch, announced: Callable[[bytes], bytes]
) -> None:
    gate.index.apply(video_entry("v", known_moments()))
    content = announced(animation(frames(("astronaut",), 2.0)[::4]))
    assert inspected(gate, content).undecided is None
    hurried = gate.inspector.until(elapsed())
    assert hurried.inspect(WholeFile(content, "check")).undecided in ("video-busy", "video-took-too-long")

    def full(*_: object) -> Watching:
        raise Overloaded

    monkeypatch.setattr(gate.pool, "watch", full)
    busy = gate.inspector.until(elapsed() + 60).inspect(WholeFile(content, "check"))
    assert (busy.outcome, busy.undecided) == ("review", "video-busy")
    with pytest.raises(Overloaded):
        inspected(gate, content)


@pytest.mark.parametrize("brand", [b"avif", b"isom"])
def test_a_film_behind_a_picture_is_found_and_never_passes_for_it(gate: Gate, brand: bytes) -> None:
    gate.index.apply(video_entry("v", known_moments()))
    verdict = inspected(gate, behind_a_picture(brand))
    assert (verdict.outcome, [found.item for found in verdict.evidence]) == ("block", ["v"])
    off = replace(gate.inspector, videos=VideoWork("no"))
    assert off.inspect(WholeFile(behind_a_picture(brand), "check")).undecided == "sequence"
    damaged = behind_a_picture(brand)[:20_000] + bytes(60_000) + behind_a_picture(brand)[80_000:]
    strict = replace(gate.inspector, policy=replace(gate.policy, undecided="allow", videos="block"))
    assert strict.inspect(WholeFile(damaged, "check")).outcome == "block"


@pytest.fixture
def asked_long(gate: Gate, tmp_path: Path, settings: SettingsWrapper) -> Callable[[bytes], Verdict]:
    """A gate that keeps little in memory and much in its spool."""
    settings.REPIT_GATE_MAX_BYTES = 5_000
    gate.admission.spool = Spool(tmp_path, 10**9)
    gate.index.apply(video_entry("v", known_moments()))

    def ask(content: bytes) -> Verdict:
        with gate.admission.buffer("check") as upload:
            upload.write(content)
            return gate.inspector.inspect(upload.asked("check"))

    return ask


def test_a_film_behind_a_picture_too_long_for_memory_is_found_and_the_picture_never_passes_unseen(
    asked_long: Callable[[bytes], Verdict],
) -> None:
    assert asked_long(behind_a_picture(b"avif")).outcome == "block"
    still = io.BytesIO()
    sample("coffee").save(still, "AVIF", quality=90)
    assert asked_long(still.getvalue()).undecided == "too-many-bytes"


@pytest.mark.parametrize("form", ["mpegts", "mov"])
def test_what_is_a_film_by_its_first_bytes_is_one_by_the_long_way_too(
    gate: Gate, asked_long: Callable[[bytes], Verdict], form: str
) -> None:
    content = film(frames()[2 * RATE : 10 * RATE], form=form)
    if form == "mov":
        content = content[:4] + b"wide" + content[8:]  # without `ftyp`, as old cameras wrote it
    assert asked_long(content).outcome == "block"
    gate.admission.spool = None
    assert asked_long(content).undecided == "video-too-large"


def test_a_video_for_which_the_spool_has_no_room_is_undecided_or_comes_back(
    gate: Gate, asked_long: Callable[[bytes], Verdict]
) -> None:
    spool = gate.admission.spool
    assert spool is not None
    spool.take(spool.most)
    with pytest.raises(Overloaded):
        asked_long(known_film())
    object.__setattr__(gate, "inspector", gate.inspector.until(elapsed() + 60))
    assert asked_long(known_film()).undecided == "video-busy"
