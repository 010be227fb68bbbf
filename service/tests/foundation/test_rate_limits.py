"""How much one origin may send in an hour."""

from __future__ import annotations

import base64
import json
import secrets
from datetime import timedelta

import pytest
from django.conf import LazySettings
from django.http import HttpResponse
from django.test import Client, RequestFactory

from repit.foundation.limits.models import Count
from repit.foundation.web.origins import address_of
from repit.hotline.feeds import subscribers

HOME, OTHER = "1.1.1.1", "9.9.9.9"


def opened(client: Client, address: str = HOME, **headers: str) -> int:
    hash_ = {"algorithm": "pdq", "value": secrets.token_hex(32), "quality": 90}
    body = {"items": [{"media": "picture", "kind": "intimate", "hashes": [hash_]}]}
    answer = client.post(
        "/api/v1/cases", json.dumps(body), content_type="application/json", REMOTE_ADDR=address, **headers
    )
    return answer.status_code


@pytest.mark.django_db
def test_beyond_the_limit_the_answer_says_when_to_come_back_and_others_are_not_kept_out(
    settings: LazySettings,
):
    settings.REPIT_SUBMISSIONS_PER_HOUR = 2
    client = Client()
    assert [opened(client) for _ in range(3)] == [201, 201, 429]
    assert opened(client, OTHER) == 201
    receipt = {"number": "XXXXX-XXXXX", "secret": "x", "items": "all"}
    taken_back = client.post(
        "/api/v1/cases/withdraw", json.dumps(receipt), content_type="application/json", REMOTE_ADDR=HOME
    )
    assert taken_back.status_code == 400  # not 429: a withdrawal is never kept waiting


def report(key: str, endpoint: str = "matches", **headers: str) -> HttpResponse:
    shown = {"HTTP_AUTHORIZATION": f"Bearer {key}", "REMOTE_ADDR": HOME, **headers}
    return Client().post(f"/exchange/repit/v1/{endpoint}", "{}", content_type="application/json", **shown)


@pytest.mark.django_db
def test_a_subscribers_reports_are_limited_whichever_key_and_whatever_else_it_shows(settings: LazySettings):
    settings.REPIT_REPORTS_PER_HOUR = 2
    first, two = subscribers.add("one"), subscribers.add("two")
    assert [report(first).status_code for _ in range(2)] == [400, 400]
    newer = subscribers.rotate("one", overlap=timedelta(days=1))
    refused = report(newer, HTTP_ACCEPT_LANGUAGE="fr", HTTP_OCP_APIM_SUBSCRIPTION_KEY="another each time")
    assert (refused.status_code, refused.headers["Content-Language"]) == (429, "fr")
    assert 3_500 < int(refused.headers["Retry-After"]) <= 3_661
    assert report(first, "opinions").status_code == 429
    assert report(two).status_code == 400
    assert report(first, "acknowledgements").status_code == 400
    assert (
        Client().get("/exchange/repit/v1/opinions?item=x", HTTP_AUTHORIZATION=f"Bearer {first}").status_code
        == 404
    )


@pytest.mark.django_db
def test_a_review_desk_is_limited_apart_from_its_gate(settings: LazySettings):
    settings.REPIT_REPORTS_PER_HOUR = 1
    gate = subscribers.add("one")
    desk = subscribers.rotate("one", desk=True)
    for key in (gate, desk):
        assert [report(key, "opinions").status_code for _ in range(2)] == [400, 429]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("path", "method"),
    [
        ("/exchange/stopncii/v1/SubmitHashes", "post"),
        ("/exchange/stopncii/v1/SubmitFeedback", "post"),
        ("/exchange/ncmec/v2/entries/1/x/pdq/feedback", "put"),
    ],
)
def test_reports_of_every_protocol_count(settings: LazySettings, path: str, method: str):
    settings.REPIT_REPORTS_PER_HOUR = 1
    key = subscribers.add("one")
    basic = base64.b64encode(f"anyone:{key}".encode()).decode()
    shown = {"HTTP_OCP_APIM_SUBSCRIPTION_KEY": key, "HTTP_AUTHORIZATION": f"Basic {basic}"}
    answers = [
        getattr(Client(), method)(path, "[", content_type="application/json", **shown) for _ in range(2)
    ]
    assert [answer.status_code == 429 for answer in answers] == [False, True]


@pytest.mark.django_db
def test_whoever_shows_no_key_that_opens_writes_nothing(settings: LazySettings):
    settings.REPIT_REPORTS_PER_HOUR = 1
    assert [report(f"guess {number % 2}").status_code for number in range(6)] == [401] * 6
    assert not Count.objects.exists()


@pytest.mark.parametrize(
    ("proxies", "remote", "forwarded", "origin"),
    [
        (0, HOME, "", HOME),
        (0, HOME, OTHER, HOME),
        (0, "10.0.0.7", OTHER, ""),
        (0, "127.0.0.1", "", ""),
        (1, "10.0.0.7", f"{OTHER}, {HOME}", HOME),
        (2, "10.0.0.7", f"6.6.6.6, {OTHER}, {HOME}", OTHER),
        (2, "10.0.0.7", HOME, ""),
        (1, "10.0.0.7", "", ""),
        (1, "10.0.0.7", "nonsense", ""),
        (0, "2606:4700:1:2:3:4:5:6", "", "2606:4700:1:2::/64"),
    ],
)
def test_the_origin_is_what_the_visitor_could_not_write(
    settings: LazySettings, proxies: int, remote: str, forwarded: str, origin: str
):
    settings.REPIT_PROXIES = proxies
    request = RequestFactory().post("/", REMOTE_ADDR=remote, HTTP_X_FORWARDED_FOR=forwarded)
    assert address_of(request) == origin
