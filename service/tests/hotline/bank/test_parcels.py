"""Videos that a case hands over: their moments arrive whole, and by nothing that lies there does it show."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.db.models import F
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from thief import Loot, keys_in
from video_items import video

from repit.foundation import clock
from repit.foundation.errors import InputRefused
from repit.foundation.hashes import Hash
from repit.foundation.sealing import SEAL_BYTES
from repit.hotline.bank import carrying, feed, keys, letters, parcels
from repit.hotline.bank.carrying import Carrier
from repit.hotline.bank.models import ItemMoments, Letter, Parcel
from repit.hotline.bank.types import MAX_MOMENTS_TOGETHER, Published, Submission

pytestmark = pytest.mark.django_db
SPREAD = 5
FITS = 1_500
"""Seconds of which the moments, each with all that it may have, still fit beside any letter."""


@pytest.fixture(autouse=True)
def spread(settings: Any) -> None:
    settings.REPIT_SPREAD_SECONDS = SPREAD


def picture() -> Submission:
    return Submission("picture", "intimate", (Hash("pdq", "whole", secrets.token_bytes(32), 90),))


def protect(*some: Submission) -> list[str]:
    return carrying.protect(some, actor="person", publish=True)


def carried() -> None:
    with clock.at(lambda: clock._wall() + timedelta(seconds=SPREAD + 1)):
        Carrier().once()


def served() -> dict[str, Published]:
    return {item.item: item for item in feed.everything(moments=True)}


def test_a_video_that_a_case_hands_over_is_served_with_its_moments() -> None:
    [name] = protect(video(1, 300))
    assert carrying.statuses([name])[name].moments and not ItemMoments.objects.exists()
    carried()
    assert [item.moments for item in served().values()] == [video(1, 300).moments]
    assert carrying.statuses([name])[name].moments


def test_of_what_is_met_as_the_very_file_alone_nothing_else_is_said() -> None:
    names = protect(video(1, 0), picture())
    assert not any(status.moments for status in carrying.statuses(names).values())
    carried()
    assert not any(status.moments for status in carrying.statuses(names).values())


@pytest.mark.parametrize(
    "asks",
    [
        lambda: protect(picture()),
        lambda: protect(video(1, 0)),
        lambda: protect(video(1, 120)),
        lambda: protect(video(1, FITS, places=4)),
        lambda: protect(*[video(number, 100) for number in range(12)]),
        lambda: carrying.let_go(["a name"], actor="clock"),
        lambda: carrying.let_go_in_an_hour(["a name"], actor="person"),
    ],
    ids=["picture", "digest", "two minutes", "25 minutes", "twelve", "let go", "in an hour"],
)
def test_whatever_is_asked_for_as_many_pieces_of_one_length_lie_there(asks: Callable[[], object]) -> None:
    asks()
    assert [len(row.raw) for row in Parcel.objects.all()] == [parcels.PIECE] * parcels.FEWEST
    assert Letter.objects.count() in (4, 16)


def test_a_video_takes_no_more_letters_than_a_picture() -> None:
    protect(video(1, FITS, places=4))
    assert Letter.objects.count() == 4 and {len(bytes(row.sealed)) for row in Letter.objects.all()} == {
        letters.LENGTH + 41
    }


def test_what_is_longer_has_four_times_as_many() -> None:
    protect(video(1, 4 * FITS, places=4))
    assert Parcel.objects.count() == 4 * parcels.FEWEST


def test_as_much_as_may_come_together_lies_in_as_many_pieces_as_are_there_for_it() -> None:
    """Not one byte of a seal more: it would be four times as many, of which three quarters are chance."""

    def of(length: int) -> Submission:
        return replace(video(1, 0), moments=bytes(length))

    most = MAX_MOMENTS_TOGETHER // 4 - SEAL_BYTES
    protect(*[of(most)] * 4, picture())
    assert Parcel.objects.count() == MAX_MOMENTS_TOGETHER // parcels.PIECE == 64
    with pytest.raises(InputRefused, match="too long to come together"):
        protect(*[of(most)] * 3, of(most + 1))


@given(counts=st.lists(st.integers(0, 900), min_size=1, max_size=5))
@hypothesis_settings(max_examples=15)
def test_any_videos_come_out_as_they_went_in(counts: list[int]) -> None:
    some = [video(seed, count) for seed, count in enumerate(counts)]
    with transaction.atomic():
        protect(*some)
        read = [letters.whole(order) for order in letters.opened(list(Letter.objects.all()))]
        assert {(submission.hashes, submission.moments) for submission in read if submission} == {
            (submission.hashes, submission.moments) for submission in some
        }
        transaction.set_rollback(True)


def test_pieces_go_together_once_no_letter_beside_them_is_left() -> None:
    protect(video(1, 100), picture())
    [first, *others] = letters.opened(list(Letter.objects.all()))
    keys.pool(keys.LETTERS).wipe(first.slots)
    carrying.sweep()
    assert Parcel.objects.count() == parcels.FEWEST
    for order in others:
        keys.pool(keys.LETTERS).wipe(order.slots)
    protect(picture())
    carrying.sweep()
    assert Parcel.objects.count() == parcels.FEWEST and Letter.objects.count() == 4


def test_what_is_taken_back_before_it_arrives_opens_with_no_key_that_is_left() -> None:
    kept, gone = video(1, 100), video(2, 100)
    [_, name] = protect(kept, gone)
    loot = Loot().take(rows)
    assert robbed(loot) == {kept.moments, gone.moments}
    carrying.let_go([name], actor="person")
    carried()
    assert Parcel.objects.count() == 2 * parcels.FEWEST and robbed(loot) == set()
    opened = list(
        loot.take(rows).opened(settings.REPIT_OPERATOR_KEY, keys_in(Path(settings.REPIT_BANK_KEYS)))
    )
    assert any(kept.moments in raw for raw in opened)
    assert not any(gone.moments[:40] in raw for raw in opened)


def robbed(loot: Loot) -> set[bytes]:
    """What the pieces that lie there still say by keys in letters that were copied, as far as these open."""
    found = set[bytes]()
    for raw in loot.opened(settings.REPIT_OPERATOR_KEY, keys_in(Path(settings.REPIT_BANK_KEYS))):
        body = json.loads(raw[letters._HEAD.size :].rstrip(b"\0"))
        if "packed" in body:
            found.add(parcels.opened(letters._bundle(*body["bundle"]), letters._packed(*body["packed"])))
    return found


def test_keys_of_another_installation_cost_nobody_what_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    protect(video(1, 100))
    with monkeypatch.context() as patched:
        patched.setattr(settings, "REPIT_OPERATOR_KEY", secrets.token_bytes(32))
        carrying.sweep()
    assert Parcel.objects.count() == parcels.FEWEST
    carried()
    assert [item.moments for item in served().values()] == [video(1, 100).moments]


@pytest.mark.parametrize("amiss", ["operator's key", "letter's key", "row"])
def test_while_one_letter_does_not_open_no_piece_goes(amiss: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """It may open again, once a file of keys is put back: others that open say nothing of its pieces."""
    with monkeypatch.context() as patched:
        protect(video(1, 100))
        if amiss == "operator's key":
            patched.setattr(settings, "REPIT_OPERATOR_KEY", secrets.token_bytes(32))
        elif amiss == "letter's key":
            Letter.objects.update(slot=F("slot") + 2**40)
        else:
            was = {row.pk: row.sealed for row in Letter.objects.all()}
            Letter.objects.update(sealed=secrets.token_bytes(letters.LENGTH + 41))
        protect(picture())
        carrying.sweep()
        assert Parcel.objects.count() == 2 * parcels.FEWEST
        if amiss == "letter's key":
            Letter.objects.filter(slot__gte=2**40).update(slot=F("slot") - 2**40)
        elif amiss == "row":
            for key, sealed in was.items():
                Letter.objects.filter(pk=key).update(sealed=sealed)
    carried()
    assert video(1, 100).moments in {item.moments for item in served().values()}


def test_what_another_process_carried_out_and_swept_meanwhile_is_no_damage(
    caplog: pytest.LogCaptureFixture,
) -> None:
    protect(video(1, 100))
    [order] = [order for order in letters.opened(list(Letter.objects.all())) if order.packed]
    carried()
    carrying.sweep()
    assert not Parcel.objects.exists()
    letters.whole(order)
    assert not caplog.records


@pytest.mark.parametrize("amiss", ["missing", "altered"])
def test_where_a_piece_is_lost_the_very_file_is_protected_still(amiss: str) -> None:
    [name] = protect(video(1, 100))
    if amiss == "missing":
        Parcel.objects.all().delete()
    else:
        Parcel.objects.update(raw=secrets.token_bytes(parcels.PIECE))
    carried()
    [item] = served().values()
    assert set(item.hashes) == set(video(1).hashes) and not item.moments
    assert not carrying.statuses([name])[name].moments


def rows(table: str) -> list[dict[str, Any]]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {table}")  # noqa: S608 - a table of ours
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
