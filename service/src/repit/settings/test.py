"""Tests: every room in one process, keys made for the run, a database in memory unless told otherwise.

In: the environment. Out: Django's settings. Next: pytest, mypy's Django plugin.
"""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

os.environ.setdefault("REPIT_DATA", str(Path(tempfile.gettempdir()) / f"repit-test-{os.getuid()}"))
os.environ.setdefault("REPIT_LANGUAGE", "en")

from repit.foundation.configuration.databases import database
from repit.hotline import settings as hotline
from repit.platform import settings as platform
from repit.settings.base import *  # noqa: F403
from repit.settings.base import installation
from repit.settings.declared import DECLARED

_url = DECLARED["REPIT_TEST_DATABASE_URL"].read(os.environ)
globals().update(installation("hotline.sqlite3", "repit.urls", hotline.WING, platform.WING))
DATABASES = {"default": database(_url, Path(":memory:"))}
SECRET_KEY = "for tests only, " * 4
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
REPIT_CASE_KEYS = Path(tempfile.mkdtemp(prefix="repit-test-case-keys-"))
REPIT_BANK_KEYS = Path(tempfile.mkdtemp(prefix="repit-test-bank-keys-"))
for _folder in (REPIT_CASE_KEYS, REPIT_BANK_KEYS):
    atexit.register(shutil.rmtree, _folder, ignore_errors=True)
REPIT_SPREAD_SECONDS = 0
