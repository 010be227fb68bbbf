"""Every library's exceptions into our tree.

In: any exception. Out: a `RepitError` that says as much as may be said. Next: `problems`, the command line.
`outbound` maps its HTTP client's exceptions itself, where they arise.
"""

import errno
import json
import sqlite3
import sys
import zlib
from typing import Final

import argon2.exceptions
import nacl.exceptions
from django.core import exceptions as django_exceptions
from django.db import utils as db
from django.http import Http404
from django.http.multipartparser import MultiPartParserError

from repit.foundation.errors import (
    DatabaseUnavailable,
    DiskUnavailable,
    InputRefused,
    NotFound,
    NotGranted,
    RepitError,
    RequestRefused,
    SealBroken,
    SettingsRefused,
    Text,
    TooLarge,
    TransitionRefused,
)
from repit_engine.errors import EngineError

# The first that fits is taken: narrower classes stand before wider ones. Written as `module:class` are those
# of libraries that not every process loads: where one is not loaded, no error is of its classes.
_NAMED: Final[tuple[tuple[type[BaseException] | str, type[RepitError]], ...]] = (
    (django_exceptions.RequestDataTooBig, TooLarge),
    (django_exceptions.TooManyFieldsSent, TooLarge),
    (django_exceptions.TooManyFilesSent, TooLarge),
    (django_exceptions.PermissionDenied, NotGranted),
    (django_exceptions.SuspiciousOperation, RequestRefused),
    (django_exceptions.BadRequest, RequestRefused),
    (django_exceptions.ValidationError, InputRefused),
    (django_exceptions.ObjectDoesNotExist, NotFound),
    (django_exceptions.ImproperlyConfigured, SettingsRefused),
    (Http404, NotFound),
    (MultiPartParserError, InputRefused),
    ("pydantic:ValidationError", InputRefused),
    (json.JSONDecodeError, InputRefused),
    (UnicodeError, InputRefused),
    (RecursionError, InputRefused),
    (zlib.error, InputRefused),
    (db.IntegrityError, TransitionRefused),
    (db.DataError, InputRefused),
    (db.Error, DatabaseUnavailable),
    (sqlite3.Error, DatabaseUnavailable),
    ("psycopg:Error", DatabaseUnavailable),
    (argon2.exceptions.VerifyMismatchError, NotFound),
    (argon2.exceptions.Argon2Error, RepitError),
    (nacl.exceptions.CryptoError, SealBroken),
    (MemoryError, TooLarge),
)

_OF_THE_DISK: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EIO})
"""Full, a quota or a limit is reached, mounted read-only, broken."""


def named(error: BaseException) -> RepitError:
    """The error of our tree that stands for this one; its own text is kept only where it is ours."""
    if isinstance(error, RepitError):
        return error
    if isinstance(error, EngineError):
        return InputRefused(Text(error.message, error.message), Text(error.next_step, error.next_step))
    if isinstance(error, OSError) and error.errno in _OF_THE_DISK:
        return DiskUnavailable(detail=type(error).__name__)
    for theirs, ours in _NAMED:
        if _is(error, theirs):
            return ours(detail=type(error).__name__)
    return RepitError(detail=type(error).__name__)


def _is(error: BaseException, theirs: type[BaseException] | str) -> bool:
    if isinstance(theirs, str):
        module, _, name = theirs.partition(":")
        loaded = sys.modules.get(module)
        return loaded is not None and isinstance(error, getattr(loaded, name))
    return isinstance(error, theirs)
