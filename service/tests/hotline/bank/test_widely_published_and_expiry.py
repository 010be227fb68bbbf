"""Famous pictures wait for a person, and items end when their time has come."""

from __future__ import annotations

import secrets
import tracemalloc
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np
import pytest
from video_items import moments, video

from repit.foundation import clock
from repit.foundation.clock import now
from repit.foundation.errors import TransitionRefused
from repit.foundation.hashes import Hash
from repit.hotline.bank import admitting, feed, items, widely_published
from repit.hotline.bank.models import Transition, WidelyPublished
from repit.hotline.bank.types import Submission
from repit_engine.moments import Moments, to_bytes

if TYPE_CHECKING:
    from numpy.typing import NDArray

pytestmark = pytest.mark.django_db


def picture(value: bytes) -> Submission:
    return Submission("picture", "intimate", (Hash("pdq", "whole", value, 90),))


def submit(value: bytes) -> items.Taken:
    return items.submit(picture(value), actor="test", publish=True)


def altered(value: bytes, bits: int) -> bytes:
    return (int.from_bytes(value, "big") ^ ((1 << bits) - 1)).to_bytes(32, "big")


@pytest.mark.parametrize(("bits", "state"), [(0, "received"), (31, "received"), (32, "active")])
def test_what_comes_close_to_a_widely_published_picture_waits_for_a_person(bits: int, state: str):
    famous = secrets.token_bytes(32)
    assert widely_published.add([famous, famous], actor="operator") == 1
    taken = submit(altered(famous, bits))
    assert taken.state == state
    again = submit(altered(famous, bits))
    assert again == taken
    reason = Transition.objects.get(after="received").reason
    assert reason == (widely_published.REASON if state == "received" else admitting.SUBMITTED)


@pytest.mark.parametrize("of", ["whole", "anchored"])
@pytest.mark.parametrize(("bits", "state"), [(31, "received"), (32, "active")])
def test_a_video_of_which_a_moment_comes_close_waits_for_a_person(of: str, bits: int, state: str):
    """Else a minute of film around a picture of the front page would have that picture refused."""
    row = getattr(moments(1), of)[3].tobytes()
    widely_published.add([altered(row, bits)], actor="operator")
    assert items.submit(video(1), actor="test", publish=True).state == state


@pytest.mark.parametrize(("its_own", "state"), [(5, "received"), (6, "active")])
def test_a_few_seconds_of_a_film_that_everyone_has_seen_hold_no_video_back(its_own: int, state: str):
    """Somebody may have banked a public film with another's video in it, or with an app's first screen."""
    film = items.submit(video(1, 60), actor="test", publish=True).item
    items.withdraw(film, actor="person", reason="in every cinema", everyones=True)
    rows = np.concatenate([moments(1, 60).whole[30:35], moments(2, its_own).whole])
    cut = video_of(replace(moments(3, 5 + its_own), whole=rows))
    assert items.submit(cut, actor="test", publish=True).state == state


def test_what_an_operator_lists_counts_in_full_though_a_film_on_the_list_shows_it_too():
    shown = moments(1, 60).whole[30].tobytes()
    film = items.submit(video(1, 60), actor="test", publish=True).item
    items.withdraw(film, actor="person", reason="in every cinema", everyones=True)
    assert widely_published.add([shown], actor="operator") == 1
    rows = np.concatenate([moments(1, 60).whole[30:31], moments(2, 50).whole])
    cut = video_of(replace(moments(3, 51), whole=rows))
    assert items.submit(cut, actor="test", publish=True).state == "received"


def test_a_film_that_everyone_has_seen_is_known_again_as_a_whole_and_in_a_picture_of_it():
    film = items.submit(video(1, 700), actor="test", publish=True).item
    items.withdraw(film, actor="person", reason="in every cinema", everyones=True)
    assert WidelyPublished.objects.count() == 700
    [row] = moments(1, 700).whole[333:334]
    assert submit(altered(row.tobytes(), 5)).state == "received"
    assert items.submit(video(1, 700), actor="test", publish=True).state == "received"
    assert items.submit(video(2, 700), actor="test", publish=True).state == "active"


def test_thousands_that_are_like_thousands_on_the_list_take_little_memory():
    """Else whoever sends one such video ends the loop that takes letters in, at each start anew."""
    alike = secrets.token_bytes(32)
    widely_published.add([], moments=[altered_by(alike, number) for number in range(2_000)], actor="person")
    still = video_of(replace(moments(1, 4_000, 0), whole=as_rows(alike, 4_000)))
    assert widely_published.near([picture(alike)])
    tracemalloc.start()
    try:
        assert widely_published.near([still])
        assert tracemalloc.get_traced_memory()[1] < 40 * 1024**2
    finally:
        tracemalloc.stop()


def altered_by(value: bytes, number: int) -> bytes:
    return (int.from_bytes(value, "big") ^ number).to_bytes(32, "big")


def as_rows(value: bytes, count: int) -> NDArray[np.uint8]:
    return np.frombuffer(value * count, np.uint8).reshape(-1, 32)


def video_of(seen: Moments) -> Submission:
    return replace(video(1), moments=to_bytes(seen))


def test_a_person_may_publish_it_all_the_same():
    famous = secrets.token_bytes(32)
    widely_published.add([famous], actor="operator")
    taken = submit(famous)
    items.publish(taken.item, actor="person", reason="looked at")
    assert feed.changes_after(0)[-1].item.state == "active"


def test_the_list_is_sealed_and_an_addition_counts_at_once():
    first, second = secrets.token_bytes(32), secrets.token_bytes(32)
    widely_published.add([first], actor="operator")
    assert submit(second).state == "active"
    widely_published.add([second], actor="operator")
    assert submit(altered(second, 3)).state == "received"
    assert all(first not in bytes(row.sealed) for row in WidelyPublished.objects.all())


def test_an_item_whose_time_has_come_is_withdrawn_once_with_its_reason():
    name, stays = submit(secrets.token_bytes(32)).item, submit(secrets.token_bytes(32)).item
    moment = now() + timedelta(days=1)
    items.set_expiry(name, moment, actor="test")
    assert items.expire_due() == 0
    with clock.at(lambda: moment):
        assert items.expire_due() == 1
        assert items.expire_due() == 0
    assert items.states([name, stays]) == {name: "withdrawn", stays: "active"}
    row = Transition.objects.get(after="withdrawn")
    assert (row.actor, row.reason) == ("expiry", "its time has come")
    assert feed.changes_after(0)[-1].item.state == "withdrawn"
    with pytest.raises(TransitionRefused):
        items.set_expiry(name, moment, actor="test")
