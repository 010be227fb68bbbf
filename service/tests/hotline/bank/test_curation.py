"""What a person at the hotline sees of an item, and what they may do."""

from __future__ import annotations

import secrets
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from video_items import moments

from repit.foundation.clock import now
from repit.foundation.errors import InputRefused, NotFound
from repit.foundation.hashes import Hash
from repit.hotline import curation
from repit.hotline.bank import floods, items
from repit.hotline.bank.models import WidelyPublished
from repit.hotline.bank.types import Submission
from repit_engine import hash_file
from repit_engine.moments import Moments, moments_of, to_bytes
from repit_engine.video import open_video

pytestmark = pytest.mark.django_db
VIDEOS = Path(__file__).resolve().parents[4] / "conformance" / "videos"


def submit(value: bytes) -> items.Taken:
    hash_ = Hash("pdq", "whole", value, 90)
    return items.submit(Submission("picture", "intimate", (hash_,)), actor="test", publish=True)


def famous_picture(folder: Path) -> Path:
    noise = np.random.default_rng(7).integers(0, 256, (12, 12, 3), np.uint8)
    file = folder / "famous.png"
    Image.fromarray(noise).resize((400, 300), Image.Resampling.BICUBIC).save(file)
    return file


def test_a_picture_on_the_list_is_held_back_in_every_orientation_until_released(tmp_path: Path):
    file = famous_picture(tmp_path)
    assert curation.add_widely_published([file]).new == 8
    with Image.open(file) as opened:
        opened.transpose(Image.Transpose.ROTATE_90).save(tmp_path / "turned.png")
    taken = submit(hash_file(tmp_path / "turned.png").hash.raw)
    assert taken.state == "received"
    [row] = curation.waiting()
    assert (row.item, row.reason) == (taken.item, "close to a widely published picture")
    curation.release(taken.item, "not the same picture")
    assert curation.waiting() == [] and items.states([taken.item]) == {taken.item: "active"}


def test_a_video_on_the_list_is_held_back_and_so_is_a_picture_of_it():
    shown = moments_in(VIDEOS / "h264.mp4")
    assert curation.add_widely_published([VIDEOS / "h264.mp4"]) == curation.Listed(len(shown))
    assert submit_video(shown) == submit(shown.whole[0].tobytes()).state == "received"
    assert submit_video(moments(2)) == "active"


def moments_in(file: Path) -> Moments:
    with open_video(file) as video:
        return moments_of(video)


def submit_video(shown: Moments) -> str:
    digest = Hash("md5", "whole", secrets.token_bytes(16))
    submission = Submission("video", "intimate", (digest,), to_bytes(shown))
    return items.submit(submission, actor="test", publish=True).state


def test_of_a_damaged_video_what_was_seen_is_listed_and_told(tmp_path: Path):
    file, whole = tmp_path / "damaged.mp4", (VIDEOS / "h264.mp4").read_bytes()
    file.write_bytes(whole[:6_000] + bytes(3_000) + whole[9_000:])
    listed = curation.add_widely_published([file])
    assert listed.unseen == ("damaged.mp4",) and 0 < listed.new <= len(moments_in(VIDEOS / "h264.mp4"))


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("cut.mp4", (VIDEOS / "h264.mp4").read_bytes()[:2_000], "damaged-video"),
        ("text.mp4", b"no video at all", "NotAPicture"),
        ("cut.png", b"\x89PNG\r\n\x1a\n" + bytes(500), "DamagedPicture"),
    ],
)
def test_a_file_that_is_none_of_both_is_named_with_the_reason_that_helps(
    tmp_path: Path, name: str, content: bytes, why: str
):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InputRefused, match=rf"{name} cannot be hashed \({why}\)"):
        curation.add_widely_published([VIDEOS / "h264.mp4", tmp_path / name])
    assert not WidelyPublished.objects.exists()


def test_a_flood_shows_its_counts_goes_on_being_refused_and_is_withdrawn_by_a_person():
    name = submit(secrets.token_bytes(32)).item
    for reporter in ("forum", "video site"):
        floods.report(reporter, {name: 70}, now(), now() + timedelta(minutes=1))
    [row] = curation.waiting()
    assert (row.item, row.state, row.asked, row.own) == (name, "active", True, True)
    shown = curation.show(name)
    assert shown.state == "active" and shown.question is not None
    assert [(line.reporter, line.count) for line in shown.counted] == [("forum", 70), ("video site", 70)]
    curation.withdraw(name, "a press photograph")
    assert curation.show(name).steps[-1].reason == "a press photograph"
    assert curation.waiting() == []


def test_a_file_that_cannot_be_hashed_adds_nothing(tmp_path: Path):
    flat = tmp_path / "flat.png"
    Image.new("RGB", (200, 200)).save(flat)
    with pytest.raises(InputRefused):
        curation.add_widely_published([famous_picture(tmp_path), flat])
    assert curation.add_widely_published([famous_picture(tmp_path)]).new == 8
    with pytest.raises(NotFound):
        curation.show("nobody")
