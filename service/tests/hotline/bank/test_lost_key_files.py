"""A folder of keys that is gone is missed: nothing is made in its place while rows name what was in it."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from repit.foundation.errors import SettingsRefused
from repit.foundation.hashes import Hash
from repit.hotline.bank import items, keys, lookups, proving
from repit.hotline.bank.types import Submission
from repit.hotline.cases import desk, service, waiting_desk

pytestmark = pytest.mark.django_db
PICTURE = Submission("picture", "intimate", (Hash("pdq", "whole", bytes(range(32)), 90),))


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Path) -> Path:
    settings.REPIT_BANK_KEYS = tmp_path / "bank-keys"
    settings.REPIT_CASE_KEYS = tmp_path / "case-keys"
    keys.make_ready()
    return tmp_path


def test_the_lost_folder_of_a_bank_without_an_item_stays_away_and_can_be_put_back(folder: Path) -> None:
    lookups.begin()
    proving.prove()
    (folder / "bank-keys").rename(folder / "away")
    with pytest.raises(SettingsRefused):
        proving.prove()
    (folder / "away").rename(folder / "bank-keys")
    proving.prove()


@pytest.mark.parametrize("name", keys.FILES)
def test_each_file_alone_is_missed(folder: Path, name: str) -> None:
    items.submit(PICTURE, actor="person", publish=True)
    (folder / "bank-keys" / name).unlink()
    with pytest.raises(SettingsRefused, match=name):
        proving.prove()
    assert not (folder / "bank-keys" / name).exists()


def test_a_bank_of_which_nothing_was_ever_sealed_is_given_new_files(folder: Path) -> None:
    shutil.rmtree(folder / "bank-keys")
    proving.prove()
    assert {file.name for file in (folder / "bank-keys").iterdir()} == set(keys.FILES)


def test_what_a_desk_put_by_is_destroyed_once_its_lost_folder_is_back(folder: Path) -> None:
    service.open_case([PICTURE])
    [held] = waiting_desk.Desk.objects.all()
    waiting_desk.forget(held)
    (folder / "case-keys").rename(folder / "away")
    assert waiting_desk.destroy_forgotten() == 0 and not (folder / "case-keys").exists()
    (folder / "away").rename(folder / "case-keys")
    assert waiting_desk.destroy_forgotten() == 1
    assert desk.state() != "open"
