"""Requests for another name, and proxies that were not declared: a sentence for whoever can mend it."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from django.test import Client

SECRET_PATH = "/staff/enrol/khWpxF6Nt5tMOs1zQ4Dl2o89qpY/"


@pytest.fixture
def client(settings: Any) -> Client:
    settings.ALLOWED_HOSTS = ["hotline.example"]
    return Client(headers={"host": "hotline.example"})


@pytest.mark.parametrize(("language", "words"), [("en", "REPIT_ADDRESS"), ("fr", "REPIT_ALLOWED_HOSTS")])
def test_another_name_is_refused_with_the_settings_name(
    client: Client, language: str, words: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        for _ in range(3):
            answer = client.get("/ready", headers={"host": "other.example", "accept-language": language})
            assert (answer.status_code, answer.json()["code"]) == (400, "host")
            assert words in answer.json()["next_step"]
    stated = [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]
    assert len(stated) == 1 and "REPIT_ADDRESS" in stated[0]


@pytest.mark.django_db
def test_a_link_with_a_secret_never_reaches_the_log(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG, logger="repit"), caplog.at_level(logging.ERROR, logger="django"):
        for host in ("other.example", "hotline.example"):
            client.get(SECRET_PATH, headers={"host": host})
    logged = "\n".join(f"{record.getMessage()} {record.exc_text or ''}" for record in caplog.records)
    assert "khWpxF6" not in logged and "other.example" not in logged and "Traceback" not in logged


@pytest.mark.parametrize(
    ("headers", "changed", "word"),
    [
        ({"x-forwarded-proto": "https", "x-forwarded-for": "192.0.2.1"}, {}, "REPIT_HTTPS"),
        ({"x-forwarded-for": "192.0.2.1"}, {}, "REPIT_PROXIES"),
        ({"x-forwarded-for": "192.0.2.1"}, {"REPIT_PROXIES": 1}, ""),
        ({"x-forwarded-proto": "https", "x-forwarded-for": "192.0.2.1"}, {"REPIT_HTTPS": True}, ""),
    ],
)
def test_a_proxy_that_was_not_declared_is_named_once(  # noqa: PLR0917
    client: Client,
    settings: Any,
    caplog: pytest.LogCaptureFixture,
    headers: dict[str, str],
    changed: dict[str, object],
    word: str,
) -> None:
    for name, value in changed.items():
        setattr(settings, name, value)
    with caplog.at_level(logging.WARNING, logger="repit"):
        for _ in range(2):
            client.get("/health", headers=headers)
    stated = [record.getMessage() for record in caplog.records]
    assert len(stated) == bool(word) and all(word in line and "192.0.2.1" not in line for line in stated)
