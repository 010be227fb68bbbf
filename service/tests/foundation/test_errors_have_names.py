"""Every exception of every library we use becomes one of ours, and none of ours tells too much."""

from __future__ import annotations

import argon2.exceptions
import httpx2
import nacl.exceptions
import ninja.errors
import psycopg
import pytest
from django.core import exceptions as django_exceptions
from django.db import utils as db_errors
from django.http import Http404

from repit.foundation import errors
from repit.foundation.errors import RepitError
from repit.foundation.mapping import named
from repit.foundation.outbound_http import named_failures
from repit_engine import errors as engine_errors


def family(base: type[BaseException]) -> list[type[BaseException]]:
    return [base, *(sub for child in base.__subclasses__() for sub in family(child))]


def members(module: object) -> list[type[BaseException]]:
    found = [value for value in vars(module).values() if isinstance(value, type)]
    return [value for value in found if issubclass(value, Exception)]


def instance(kind: type[BaseException]) -> BaseException:
    error = kind.__new__(kind)
    error.args = ("0123456789abcdef" * 4,)
    return error


LIBRARIES = [
    *members(django_exceptions),
    *members(db_errors),
    *members(nacl.exceptions),
    *members(argon2.exceptions),
    *members(ninja.errors),
    *family(psycopg.Error),
    Http404,
    ValueError,
    KeyError,
    OSError,
    MemoryError,
    RecursionError,
    ZeroDivisionError,
]


@pytest.mark.parametrize("kind", LIBRARIES, ids=lambda kind: f"{kind.__module__}.{kind.__qualname__}")
def test_a_librarys_exception_becomes_one_of_ours_without_its_text(kind: type[BaseException]):
    ours = named(instance(kind))
    assert isinstance(ours, RepitError)
    assert "0123456789abcdef" not in str(ours) + ours.detail + str(ours.problem("en"))


@pytest.mark.parametrize(
    ("module", "expected"),
    [
        (db_errors.OperationalError, errors.DatabaseUnavailable),
        (db_errors.InterfaceError, errors.DatabaseUnavailable),
        (psycopg.OperationalError, errors.DatabaseUnavailable),
        (django_exceptions.RequestDataTooBig, errors.TooLarge),
        (django_exceptions.PermissionDenied, errors.NotGranted),
        (nacl.exceptions.CryptoError, errors.SealBroken),
        (argon2.exceptions.VerifyMismatchError, errors.NotFound),
        (Http404, errors.NotFound),
        (KeyError, RepitError),
    ],
)
def test_the_ones_that_matter_are_named_exactly(module: type[BaseException], expected: type[RepitError]):
    assert type(named(instance(module))) is expected


def test_the_engines_refusals_keep_their_words():
    ours = named(engine_errors.DamagedPicture("The picture is cut off.", "Send it again."))
    assert ours.shown("en") == ("The picture is cut off.", "Send it again.")


@pytest.mark.parametrize("kind", family(httpx2.HTTPError) + family(httpx2.StreamError) + [httpx2.InvalidURL])
def test_the_http_clients_exceptions_stay_inside_outbound(kind: type[Exception]):
    with pytest.raises(errors.OutboundRefused) as refused, named_failures():
        raise instance(kind)
    assert "0123456789abcdef" not in str(refused.value)


@pytest.mark.parametrize("kind", family(RepitError), ids=lambda kind: kind.__name__)
def test_every_error_of_ours_speaks_both_languages_and_says_what_to_do(kind: type[RepitError]):
    error = kind()
    for text in (error.message, error.next_step):
        assert (text.en and text.fr and text.en != text.fr) or text == errors.SettingsRefused.next_step
    problem = error.problem("fr-CA")
    assert {"type", "title", "status", "detail", "code", "next_step"} == set(problem)
    assert kind.code in str(problem["type"]) and 400 <= int(problem["status"]) < 600


def test_codes_are_unique():
    codes = [kind.code for kind in family(RepitError)]
    assert len(codes) == len(set(codes))


def test_what_is_not_safe_to_show_is_not_shown():
    shown = errors.SealBroken(detail="in bank_itemhash.sealed").problem("en")
    assert shown["title"] == RepitError.message.en and "bank" not in str(shown)
