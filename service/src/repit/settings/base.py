"""What every installation shares; the wings add their rooms.

In: the environment, the wings of an installation. Out: Django's settings. Next: `hotline`, `gate`, `both`,
`test`, which call `installation`.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from repit.foundation.configuration import common, found, keys
from repit.foundation.configuration.databases import database
from repit.foundation.configuration.environment import refuse_unknown
from repit.foundation.configuration.wing import Wing
from repit.foundation.web import content_policy
from repit.settings.declared import DECLARED
from repit.settings.staff import *  # noqa: F403

_HERE: Final = Path(__file__).resolve().parent.parent
_LOOPBACK: Final = ("localhost", "127.0.0.1", "[::1]")
# From the outermost inwards: each sees an answer before the one above it does.
_OUTERMOST: Final = (
    "django.middleware.security.SecurityMiddleware",
    "repit.foundation.web.headers.PageHeaders",
    "repit.foundation.web.headers.ContentPolicy",
)
_FILES_AND_LANGUAGE: Final = (
    "repit.foundation.web.static_files.StaticFiles",
    "django.middleware.locale.LocaleMiddleware",
    "repit.foundation.web.charsets.KnownCharsets",
    "repit.foundation.web.surroundings.KnownSurroundings",
)
_NEXT_TO_VIEWS: Final = (
    "repit.foundation.web.problems.ProblemMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "repit.foundation.staff.middleware.StaffArea",
    "allauth.account.middleware.AccountMiddleware",
    "repit.foundation.web.complaints.Complaints",
)
_STAFF_FILES: Final = ("staff/", "account/", "mfa/")
_COMMON: Final = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "csp",
    "repit.foundation",
    "repit.foundation.kept",
    "repit.foundation.limits",
    "repit.foundation.staff",
    "repit.foundation.notify",
    "allauth",
    "allauth.account",
    "allauth.mfa",
]


def installation(embedded: str, urls: str, *wings: Wing) -> dict[str, Any]:
    """Settings of one wing, or of both, as module globals. `embedded`: the file in the data folder that is
    the database where none is named. Raises `SettingsRefused` before anything else happens."""
    refuse_unknown(os.environ, DECLARED)
    environ = found.values(os.environ, DECLARED)
    declared = (*common.SETTINGS, *(setting for wing in wings for setting in wing.settings))
    value: dict[str, Any] = {setting.name: setting.read(environ) for setting in declared}
    url: str = value.pop("REPIT_DATABASE_URL")
    data: Path = value["REPIT_DATA"]
    for wing in wings:
        value |= wing.derived(value, data)
    entry = database(url, data / embedded)
    key = value["REPIT_OPERATOR_KEY"] or keys.read(data)
    address = urlsplit(value["REPIT_ADDRESS"])
    https = address.scheme == "https" if value["REPIT_HTTPS"] is None else value["REPIT_HTTPS"]
    return {
        **value,
        "REPIT_OPERATOR_KEY": key,
        "REPIT_OPERATOR_KEY_KEPT": _key_file(environ, data),
        "REPIT_HTTPS": https,
        "SECRET_KEY": value["REPIT_SECRET_KEY"] or keys.of_forms(key),
        "REPIT_SECRET_KEY": "",
        "DATABASES": {"default": entry},
        "REPIT_EMBEDDED": not url,
        "ALLOWED_HOSTS": list(
            value["REPIT_ALLOWED_HOSTS"] or (*_LOOPBACK, *filter(None, [address.hostname]))
        ),
        "INSTALLED_APPS": list(dict.fromkeys([*_COMMON, *(app for wing in wings for app in wing.apps)])),
        "MIDDLEWARE": [
            *_OUTERMOST,
            *(each for wing in wings for each in wing.above_files),
            *_FILES_AND_LANGUAGE,
            *(each for wing in wings for each in wing.above_views),
            *_NEXT_TO_VIEWS,
        ],
        "REPIT_KEPT_FILES": (*_STAFF_FILES, *(each for wing in wings for each in wing.kept_files)),
        "ROOT_URLCONF": urls,
        "LANGUAGE_CODE": value["REPIT_LANGUAGE"],
        "LOGGING": _logging(value["REPIT_LOG_LEVEL"], value["REPIT_LOG_FORMAT"]),
        "SESSION_COOKIE_AGE": value["REPIT_STAFF_IDLE_MINUTES"] * 60,
        **(_BEHIND_HTTPS if https else {}),
    }


def _key_file(environ: Mapping[str, str], data: Path) -> Path | None:
    """Where the next start will look for the operator's key; None where it is given as a value."""
    named = environ.get("REPIT_OPERATOR_KEY_FILE")
    if named:
        return Path(named)
    return None if environ.get("REPIT_OPERATOR_KEY") else data / keys.NAME


_BEHIND_HTTPS: Final[dict[str, Any]] = {
    "SECURE_PROXY_SSL_HEADER": ("HTTP_X_FORWARDED_PROTO", "https"),
    "SESSION_COOKIE_SECURE": True,
    "CSRF_COOKIE_SECURE": True,
    "SECURE_HSTS_SECONDS": 31_536_000,
}


def _logging(level: str, form: str) -> dict[str, Any]:
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {"redact": {"()": "repit.foundation.redact.Redact"}},
        "formatters": {
            "plain": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"},
            "json": {"()": "repit.foundation.json_log.JsonLines"},
        },
        "handlers": {
            "console": {"class": "logging.StreamHandler", "filters": ["redact"], "formatter": form},
        },
        "root": {"handlers": ["console"], "level": level},
        "loggers": {
            "django.server": {"level": "WARNING"},
            "django.request": {"level": "ERROR"},
            # The HTTP client would log the address of each request.
            "httpx2": {"level": "WARNING"},
            "httpcore2": {"level": "WARNING"},
            # So would the one that signs requests to object storage, and the names of objects with it.
            "botocore": {"level": "WARNING"},
        },
    }


# What `installation` sets by name, said again for the type checker.
REPIT_DATA: Path
REPIT_ADDRESS: str
REPIT_EMBEDDED: bool
REPIT_KEPT_FILES: tuple[str, ...]
REPIT_OPERATOR_KEY: bytes
REPIT_OPERATOR_KEY_KEPT: Path | None
REPIT_HTTPS: bool
REPIT_LANGUAGE: str
REPIT_TIME_ZONE: str
REPIT_LOG_LEVEL: str
REPIT_LOG_FORMAT: str
REPIT_METRICS_KEY: str
REPIT_THREADS: int
REPIT_STAFF_IDLE_MINUTES: int
REPIT_OUTBOUND_ALLOW: frozenset[str]
REPIT_OUTBOUND_CA: str
REPIT_SMTP_URL: str
REPIT_MAIL_FROM: str
REPIT_OPERATOR_MAIL: tuple[str, ...]
REPIT_OPERATOR_WEBHOOK: str
REPIT_OPERATOR_WEBHOOK_SECRET: bytes
REPIT_ORIGIN: str
REPIT_PUBLISH: str
REPIT_PROXIES: int
REPIT_SUBMISSIONS_PER_HOUR: int
REPIT_REPORTS_PER_HOUR: int
REPIT_REQUIRE_AGREEMENT: bool
REPIT_ACCESS_LOG_DAYS: int
REPIT_MATCH_REPORT_DAYS: int
REPIT_PUBLIC_FIGURES: bool
REPIT_CASE_KEYS: Path
REPIT_BANK_KEYS: Path
REPIT_WITHDRAWN_DAYS: int
REPIT_SPREAD_SECONDS: int
REPIT_CASE_RETENTION_DAYS: int
REPIT_CASE_IDLE_DAYS: int
REPIT_OFFLINE_KEY: bytes
REPIT_GATE_FEED_URL: str
REPIT_GATE_FEED_KEY: str
REPIT_GATE_FEED_BYTES: int
REPIT_GATE_DESK_KEY: str
REPIT_GATE_UNDECIDED: str
REPIT_GATE_BUDGET_MS: int
REPIT_GATE_STAGES: str
REPIT_GATE_CONTAINERS: str
REPIT_GATE_STALE_HOURS: int
REPIT_GATE_INDEX: str
REPIT_GATE_REPORT_MATCHES: bool
REPIT_GATE_KEYS: tuple[str, ...]
REPIT_GATE_WORKERS: int
REPIT_GATE_MAX_BYTES: int
REPIT_GATE_MAX_FILE_BYTES: int
REPIT_GATE_VIDEOS: str
REPIT_GATE_VIDEO_SECONDS: int
REPIT_GATE_VIDEO_WAIT_SECONDS: int
REPIT_GATE_VIDEO_WORKERS: int
REPIT_GATE_VIDEO_UNDECIDED: str
REPIT_GATE_SPOOL: str
REPIT_GATE_SPOOL_BYTES: int
REPIT_GATE_MEMORY: int
REPIT_GATE_URLS: bool
REPIT_GATE_CLAMD: str
REPIT_GATE_CLAMD_UNDECIDED: str
REPIT_GATE_CLAMD_VIDEO_SECONDS: int
REPIT_GATE_CLAMD_PATHS: tuple[str, ...]
REPIT_GATE_ICAP: str
REPIT_GATE_ICAP_UNDECIDED: str
REPIT_GATE_ICAP_VIDEO_SECONDS: int
REPIT_GATE_PEERS: tuple[str, ...]
REPIT_GATE_UPSTREAM: str
REPIT_GATE_UPSTREAM_FAILURE: str
REPIT_GATE_POLICY: str
REPIT_GATE_CLASSIFIER: str
REPIT_MASTODON_URL: str
REPIT_MASTODON_SECRET: str
REPIT_MASTODON_TOKEN: str
REPIT_MASTODON_ACT: str
REPIT_GATE_DECISION_DAYS: int
REPIT_REVIEW_DAYS: int
REPIT_GATE_S3_URL: str
REPIT_GATE_S3_REGION: str
REPIT_GATE_S3_KEY_ID: str
REPIT_GATE_S3_SECRET: str
REPIT_GATE_S3_TOKEN: str
REPIT_GATE_S3_BUCKETS: tuple[str, ...]
REPIT_GATE_S3_QUARANTINE: str
REPIT_GATE_S3_QUARANTINE_TO: str
REPIT_GATE_S3_TAG: str
REPIT_GATE_S3_UNDECIDED: str
REPIT_GATE_S3_WORKERS: int
REPIT_REVIEW_HOURS: int
REPIT_REVIEW_SECOND_LOOK: tuple[str, ...]
REPIT_REVIEW_STRETCH_MINUTES: int
REPIT_REVIEW_LOOKS: int
REPIT_REVIEW_GROUNDS: str
REPIT_REVIEW_MEDIA: str
REPIT_REVIEW_HOLD_BYTES: int
REPIT_REVIEW_FETCH_URL: str
REPIT_REVIEW_FETCH_KEY: str
REPIT_GATE_OBJECTIONS: bool
REPIT_GATE_NAME: str

DEBUG = False
WSGI_APPLICATION = "repit.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
# What is kept is in UTC; pages say it on the clocks of REPIT_TIME_ZONE (foundation.moments).
TIME_ZONE = "UTC"
USE_I18N = True
LANGUAGES = [("fr", "Français"), ("en", "English")]
LOCALE_PATHS = [_HERE / "locale"]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "repit.foundation.staff.context.staff",
            ],
            "builtins": ["repit.foundation.web.moment_filters"],
        },
    }
]

STATIC_URL = "/static/"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "repit.foundation.web.static_files.HashedNames"},
}
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False
WHITENOISE_ALLOW_ALL_ORIGINS = False

CONTENT_SECURITY_POLICY = content_policy.CONTENT_SECURITY_POLICY
SECURE_REFERRER_POLICY = "no-referrer"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Strict"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Strict"
DATA_UPLOAD_MAX_MEMORY_SIZE = 8 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 1000
