"""How much one origin may send in an hour."""

from __future__ import annotations

import gc
import json
import secrets

import pytest
from django.conf import LazySettings
from django.test import Client, RequestFactory

from repit.foundation.web import rate_limits
from repit.foundation.web.origins import address_of
from repit.foundation.web.rate_limits import Limiter

ONE, OTHER = "1.1.1.1", "9.9.9.9"


def opened(client: Client, address: str = ONE, **headers: str) -> int:
    one = {"algorithm": "pdq", "value": secrets.token_hex(32), "quality": 90}
    body = {"items": [{"media": "picture", "kind": "intimate", "hashes": [one]}]}
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
        "/api/v1/cases/withdraw", json.dumps(receipt), content_type="application/json", REMOTE_ADDR=ONE
    )
    assert taken_back.status_code == 400  # not 429: a withdrawal is never kept waiting


@pytest.mark.django_db
def test_a_subscribers_reports_are_limited_by_its_key(settings: LazySettings):
    settings.REPIT_REPORTS_PER_HOUR = 2
    client = Client()

    def report(key: str, door: str = "matches") -> int:
        headers = {"HTTP_AUTHORIZATION": f"Bearer {key}", "REMOTE_ADDR": ONE}
        return client.post(
            f"/exchange/repit/v1/{door}", "{}", content_type="application/json", **headers
        ).status_code

    assert [report("one") for _ in range(3)] == [401, 401, 429]
    french = {"HTTP_AUTHORIZATION": "Bearer one", "HTTP_ACCEPT_LANGUAGE": "fr", "REMOTE_ADDR": ONE}
    refused = client.post("/exchange/repit/v1/matches", "{}", content_type="application/json", **french)
    assert (refused.status_code, refused.headers["Content-Language"]) == (429, "fr")
    assert report("two") == 401
    assert report("one", "acknowledgements") == 401


@pytest.mark.parametrize(
    ("proxies", "remote", "forwarded", "origin"),
    [
        (0, ONE, "", ONE),
        (0, ONE, OTHER, ONE),
        (0, "10.0.0.7", OTHER, ""),
        (0, "127.0.0.1", "", ""),
        (1, "10.0.0.7", f"{OTHER}, {ONE}", ONE),
        (2, "10.0.0.7", f"6.6.6.6, {OTHER}, {ONE}", OTHER),
        (2, "10.0.0.7", ONE, ""),
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


def test_nothing_of_an_origin_is_kept_and_an_hour_later_all_is_forgotten(monkeypatch: pytest.MonkeyPatch):
    moment = 1_000.0
    monkeypatch.setattr(rate_limits, "elapsed", lambda: moment)
    limiter = Limiter()
    assert limiter.over("open", ONE, 1) == 0.0 and limiter.over("open", ONE, 1) > 0
    assert limiter.over("report", ONE, 1) == 0.0
    assert ONE not in repr(gc.get_referents(limiter, limiter.__dict__, limiter._counts))
    before = (limiter._salt, set(limiter._counts))
    moment += rate_limits.HOUR
    assert limiter.over("open", ONE, 1) == 0.0
    assert limiter._salt != before[0] and not before[1] & set(limiter._counts)


def test_a_crowd_of_origins_fills_no_memory_and_keeps_nobody_out(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(rate_limits, "MOST_ORIGINS", 10)
    limiter = Limiter()
    assert [limiter.over("open", str(n), 1) for n in range(50)] == [0.0] * 50
    assert len(limiter._counts) == 10 and limiter.over("open", "3", 1) > 0
