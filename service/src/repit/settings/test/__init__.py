"""Settings under which tests run: each wing's own, and those of one process for both.

In: the environment, the wings of an installation. Out: its settings, with keys made for the run and a
database in memory unless told otherwise. Next: `hotline`, `gate`, `both`; tests/library/roles.py says which
tests run under which.
"""

import atexit
import os
import secrets
import shutil
import tempfile
from pathlib import Path
from typing import Any

from repit.foundation.configuration.databases import database
from repit.foundation.configuration.wing import Wing
from repit.settings.base import installation
from repit.settings.declared import DECLARED


def under_test(urls: str, *wings: Wing) -> dict[str, Any]:
    """An installation's settings, and what tests have otherwise."""
    data = Path(
        os.environ.setdefault("REPIT_DATA", str(Path(tempfile.gettempdir()) / f"repit-test-{os.getuid()}"))
    )
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.environ.setdefault("REPIT_OPERATOR_KEY", secrets.token_hex(32))
    os.environ.setdefault("REPIT_LANGUAGE", "en")
    url = DECLARED["REPIT_TEST_DATABASE_URL"].read(os.environ)
    values = installation("test.sqlite3", urls, *wings)
    otherwise: dict[str, Any] = {
        "REPIT_CASE_KEYS": _folder(),
        "REPIT_BANK_KEYS": _folder(),
        "REPIT_SPREAD_SECONDS": 0,
    }
    return {
        **values,
        **{name: value for name, value in otherwise.items() if name in values},
        "DATABASES": {"default": database(url, Path(":memory:"))},
        "SECRET_KEY": "for tests only, " * 4,
        "PASSWORD_HASHERS": ["django.contrib.auth.hashers.MD5PasswordHasher"],
    }


def _folder() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="repit-test-keys-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder
