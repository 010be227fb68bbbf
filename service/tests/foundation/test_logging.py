"""The log carries nothing of a person, whatever is thrown at it."""

from __future__ import annotations

import json
import logging
import secrets
import sys

import pytest

from repit.foundation.ids import case_number, case_secret
from repit.foundation.json_log import JsonLines
from repit.foundation.redact import Redact, redacted

PRIVATE = [
    secrets.token_hex(32),
    secrets.token_hex(16).upper(),
    "repit_0123456789_" + "a" * 32,
    case_number(),
    case_secret(),
    "someone@example.org",
    "203.0.113.9",
    "2001:db8:0:1:2:3:4:5",
]


@pytest.mark.parametrize("private", PRIVATE)
def test_it_is_struck_out_of_messages_arguments_and_tracebacks(private: str):
    try:
        raise ValueError(f"about {private} here")
    except ValueError:
        record = logging.LogRecord("n", logging.ERROR, "p", 1, "with %s", (private,), sys.exc_info())
    assert Redact().filter(record)
    text = logging.Formatter().format(record)
    assert private not in text and "ValueError" in text


@pytest.mark.parametrize("harmless", ["3 changes in 12 ms", "feed 87095a9d at 17", "http://127.0.0.1:8600"])
def test_what_is_harmless_stays(harmless: str):
    assert redacted(harmless) == harmless


def test_as_json_each_line_is_one_object_with_the_fields_of_the_event() -> None:
    record = logging.LogRecord(
        "repit.platform.gate", logging.INFO, __file__, 1, "judged\nby %s", ("rule",), None
    )
    record.fields = {"channel": "icap", "milliseconds": 3.5}
    Redact().filter(record)
    written = JsonLines().format(record)
    assert "\n" not in written
    entry = json.loads(written)
    assert (entry["message"], entry["channel"], entry["milliseconds"]) == ("judged\nby rule", "icap", 3.5)
    assert entry["at"].endswith("+00:00")
    try:
        raise ValueError("about someone@example.org here")
    except ValueError:
        failed = logging.LogRecord("repit", logging.ERROR, __file__, 1, "failed", (), sys.exc_info())
    Redact().filter(failed)
    assert "[mail]" in json.loads(JsonLines().format(failed))["traceback"]
