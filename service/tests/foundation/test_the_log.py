"""The log carries nothing of a person, whatever is thrown at it."""

from __future__ import annotations

import logging
import secrets
import sys

import pytest

from repit.foundation.ids import case_number, case_secret
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
