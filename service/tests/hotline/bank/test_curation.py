"""What a person at the hotline sees of an item, and what they may do."""

from __future__ import annotations

import secrets
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from repit.foundation.clock import now
from repit.foundation.errors import InputRefused, NotFound
from repit.foundation.hashes import Hash
from repit.hotline import curation
from repit.hotline.bank import floods, items
from repit.hotline.bank.types import Submission
from repit_engine import hash_file

pytestmark = pytest.mark.django_db


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
    assert curation.add_widely_published([file]) == 8
    with Image.open(file) as opened:
        opened.transpose(Image.Transpose.ROTATE_90).save(tmp_path / "turned.png")
    taken = submit(hash_file(tmp_path / "turned.png").hash.raw)
    assert taken.state == "received"
    [row] = curation.waiting()
    assert (row.item, row.reason) == (taken.item, "close to a widely published picture")
    curation.release(taken.item, "not the same picture")
    assert curation.waiting() == [] and items.states([taken.item]) == {taken.item: "active"}


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
    assert curation.add_widely_published([famous_picture(tmp_path)]) == 8
    with pytest.raises(NotFound):
        curation.show("nobody")
