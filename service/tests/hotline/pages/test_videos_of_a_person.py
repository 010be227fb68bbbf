"""Videos that a person protects: what comes with them, what the pages say of them, what a late form keeps."""

from __future__ import annotations

import html
import json
import re
from base64 import b64encode
from typing import Any

import pytest
from django.conf import settings
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils.translation import override
from video_items import blob, body, moments, video
from visitors import Visitor, arrived, code_in, hidden, items, post, stopped

from repit.hotline.bank import feed
from repit.hotline.bank.types import MAX_MOMENTS_TOGETHER, Submission
from repit.hotline.cases.models import Session
from repit_engine.moments import to_bytes

pytestmark = pytest.mark.django_db
AN_HOUR = 3_600
PARTS = "Parts of it can be recognised too."
EXACT = "Only exact copies of it can be recognised."


def field(*some: Submission) -> str:
    return json.dumps([body(submission) for submission in some])


def banked() -> list[bytes]:
    return [item.moments for item in feed.everything(moments=True)]


def words(answer: HttpResponse) -> str:
    text = re.sub(r"<[^>]*>", " ", answer.content.decode().split("<main", 1)[1])
    return html.unescape(re.sub(r"\s+", " ", text))


def opened(client: Client, *some: dict[str, object]) -> HttpResponse:
    return client.post("/api/v1/cases", json.dumps({"items": some}), content_type="application/json")


class Guest(Visitor):
    """Someone with a case of these."""

    def __init__(self, *some: Submission, level: str = "family") -> None:
        super().__init__()
        self.shown = arrived(self.step(self.to_the_device(), hashes=field(*some), level=level))
        self.code = code_in(self.shown)
        assert self.sign_in(*self.code).status_code == 302

    def overview(self) -> str:
        return words(self.client.get("/en/mine/"))


def test_moments_that_a_device_sends_are_kept_with_the_video(client: Client) -> None:
    assert opened(client, body(video(1)), body(video(2, 0))).status_code == 201
    assert sorted(banked()) == sorted([video(1).moments, b""])


@pytest.mark.parametrize(
    "amiss",
    [
        {"moments": "AAAA"},
        {"moments": "?"},
        {"moments": 7},
        {"moments": body(video(1))["moments"], "media": "picture"},
        {"moments": str(body(video(1))["moments"])[:-8]},
        {"instants": ""},
    ],
)
def test_moments_that_are_none_are_refused_and_nothing_is_opened(
    client: Client, amiss: dict[str, Any]
) -> None:
    answer = opened(client, body(video(2)), {**body(video(1)), **amiss})
    assert answer.status_code == 400 and answer.json()["code"] == "input-refused" and banked() == []


def test_a_video_without_a_single_moment_is_met_as_the_very_file(client: Client) -> None:
    assert opened(client, {**body(video(1, 0)), "moments": b64encode(blob(1, 0)).decode()}).status_code == 201
    assert banked() == [b""]


def test_five_videos_of_an_hour_come_in_one_request_and_more_are_refused_with_a_word(client: Client) -> None:
    some = [body(video(seed, AN_HOUR)) for seed in range(5)]
    assert opened(client, *some).status_code == 201 and all(banked())
    assert 5 * len(video(0, AN_HOUR).moments) < MAX_MOMENTS_TOGETHER
    assert len(json.dumps(some)) < settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    answer = opened(client, *(body(video(seed, AN_HOUR, places=4)) for seed in range(6, 13)))
    assert answer.status_code == 400 and len(banked()) == 5
    assert "too long to come together" in str(answer.json())


def test_whoever_wants_one_fingerprint_has_the_moments_as_they_are_and_no_more() -> None:
    Guest(video(1), level="one")
    assert banked() == [to_bytes(moments(1).without_anchored())]


@pytest.mark.parametrize("number", [1, 2])
def test_the_receipt_says_of_how_many_videos_altered_copies_are_recognised(number: int) -> None:
    text = words(Guest(*(video(seed) for seed in range(number))).shown)
    sentence = "Altered copies of your video and parts of it can be recognised too."
    assert (
        sentence if number == 1 else "Of 2 videos, altered copies and parts can be recognised too."
    ) in text
    assert "exact copies" not in text


@pytest.mark.parametrize("number", [1, 2])
def test_whoever_wants_one_fingerprint_is_promised_parts_and_no_altered_copies(number: int) -> None:
    guest = Guest(*(video(seed) for seed in range(number)), level="one")
    text = words(guest.shown)
    sentence = "Parts of your video can be recognised too."
    assert (sentence if number == 1 else "Of 2 videos, parts can be recognised too.") in text
    assert "ltered copies" not in text + guest.overview()
    assert guest.overview().count(PARTS) == number


@pytest.mark.parametrize(
    ("language", "sentences"),
    [
        ("en", ["parts of the video can be recognised", "as in a video, tell more together than one"]),
        ("fr", ["des extraits de la vidéo peuvent être reconnus", "comme dans une vidéo, en disent plus"]),
    ],
)
def test_where_the_level_is_chosen_it_is_said_what_a_video_gets_and_gives_away(
    language: str, sentences: list[str]
) -> None:
    with override(language):
        address = reverse("case_pages:my-wishes")
    text = words(Guest(video(1)).client.get(address))
    assert [sentence for sentence in sentences if sentence not in text] == []


def test_the_receipt_says_so_where_only_exact_copies_are() -> None:
    text = words(Guest(video(1, 0)).shown)
    assert "Only exact copies can be recognised" in text and "Altered copies" not in text
    text = words(Guest(video(1, 0), video(2)).shown)
    assert "Of 1 of them only exact copies" in text and "Altered copies of your video" in text


def test_the_overview_says_of_each_video_what_is_recognised() -> None:
    guest = Guest(video(1), video(2, 0))
    text = guest.overview()
    assert text.count(PARTS) == 1 and text.count(EXACT) == 1
    guest.post("add/", hashes=items(), kind="intimate")
    assert guest.overview().count(PARTS) == 1, "of a picture nothing of the kind is said"


def test_nothing_of_the_kind_is_said_once_protection_has_stopped() -> None:
    guest = Guest(video(1))
    stopped(guest, all="1")
    assert PARTS not in guest.overview() and EXACT not in guest.overview() and banked() == []


def test_a_video_is_added_to_a_case_later() -> None:
    guest = Guest(video(1, 0))
    guest.post("add/", hashes=field(video(2)), kind="deepfake")
    assert guest.overview().count(PARTS) == 1
    assert sorted(banked()) == sorted([b"", video(2).moments])


@pytest.mark.parametrize("seconds", [120, AN_HOUR, 4 * AN_HOUR])
def test_a_video_that_was_sent_too_late_is_still_there_after_signing_in(seconds: int) -> None:
    """Of two minutes it is kept; longer ones the page on which one signs in carries itself."""
    guest, long = Guest(video(1, 0)), field(video(2, seconds, places=4))
    form = hidden(guest.client.get("/en/mine/add/"), "form")
    Session.objects.all().delete()
    late = post(guest.client, "/en/mine/add/", {"form": form, "hashes": long, "kind": "intimate"})
    if late.status_code == 302:
        back = guest.sign_in(*guest.code)
    else:
        carry = hidden(late, "carry")
        number, secret = guest.code
        back = post(guest.client, "/en/come-back/", {"number": number, "words": secret, "carry": carry})
    shown = guest.client.get(back["Location"])
    kept = html.unescape(re.search(r'name="hashes"[^>]*>(.*?)</textarea>', shown.content.decode(), re.S)[1])
    assert json.loads(kept) == json.loads(long)
    guest.post("add/", hashes=kept, kind="intimate")
    assert sorted(map(len, banked())) == [0, len(video(2, seconds, places=4).moments)]


def test_a_form_that_was_held_up_comes_back_with_the_videos_that_were_on_it() -> None:
    person, long = Visitor(), field(video(2, AN_HOUR))
    again = person.step(person.to_the_device(), hashes=long + "]", level="family")
    assert again.status_code == 400
    assert html.unescape(again.content.decode()).count(str(body(video(2, AN_HOUR))["moments"])[:4_000]) == 1
