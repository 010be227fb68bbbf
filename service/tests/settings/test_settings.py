"""Settings: parsed strictly, secrets from files, errors that help, a page that cannot fall behind."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import unquote

import pytest
from django.apps import apps
from django.core.management import call_command

from repit.foundation.configuration.databases import database, shown
from repit.foundation.configuration.environment import has_password, page, refuse_unknown
from repit.foundation.errors import SettingsRefused
from repit.settings.declared import DECLARED

ROOT = Path(__file__).resolve().parents[3]


@pytest.mark.parametrize(
    ("name", "raw"),
    [
        ("REPIT_OPERATOR_KEY", "abcd"),
        ("REPIT_OPERATOR_KEY", "zz" * 32),
        ("REPIT_HTTPS", "true"),
        ("REPIT_LANGUAGE", "de"),
        ("REPIT_LOG_LEVEL", "debug"),
        ("REPIT_THREADS", "3"),
        ("REPIT_THREADS", "many"),
        ("REPIT_OUTBOUND_ALLOW", "localhost"),
        ("REPIT_OUTBOUND_ALLOW", "localhost:0"),
        ("REPIT_PUBLISH", "never"),
        ("REPIT_GATE_FEED_URL", "hotline.example"),
        ("REPIT_GATE_FEED_URL", "https://hotline.example/feed"),
        ("REPIT_GATE_BUDGET_MS", "0"),
        ("REPIT_ALLOWED_HOSTS", "https://hotline.example"),
        ("REPIT_ALLOWED_HOSTS", "hotline.example:443"),
        ("REPIT_ALLOWED_HOSTS", "*"),
        ("REPIT_ADDRESS", "hotline.example"),
        ("REPIT_SECRET_KEY", "short"),
        ("REPIT_GATE_KEYS", "a-good-and-long-key,short"),
        ("REPIT_GATE_S3_TOKEN", "nineteen-characters"),
        ("REPIT_MASTODON_SECRET", "fifteen-letters"),
        ("REPIT_GATE_DECISION_DAYS", "183"),  # six months, article 20(1) of Regulation (EU) 2022/2065
    ],
)
def test_a_value_that_cannot_be_read_is_refused_by_name_and_not_repeated(name: str, raw: str):
    with pytest.raises(SettingsRefused) as refused:
        DECLARED[name].read({name: raw})
    shown = " ".join(refused.value.shown("en") + refused.value.shown("fr"))
    assert name in shown and (len(raw) < 8 or raw not in shown)


def test_what_is_absent_or_empty_has_its_default():
    for setting in DECLARED.values():
        assert setting.read({}) == setting.default == setting.read({setting.name: ""})


def test_an_address_with_a_password_is_told_from_one_without() -> None:
    for held in (
        "postgresql://repit:secret@db/repit",
        "postgres://repit:se/cr@et@db:5432/repit?sslmode=require",
        "postgresql://repit@db/repit?sslmode=require&password=secret",
        "postgresql:///repit?sslpassword=secret",
        "smtp+starttls://repit%40example.org:secret@mail.example:587",
    ):
        assert has_password(held), held
    for bare in (
        "postgresql:///repit?host=/run/postgresql",
        "postgresql://repit@db:5432/repit?sslmode=verify-full",
        "postgresql://[2001:db8::1]:5432/repit",
        "sqlite:////var/lib/repit/hotline.sqlite3",
        "smtp://localhost:25",
    ):
        assert not has_password(bare), bare


def test_a_secret_may_come_from_a_file_but_not_from_two_places(tmp_path: Path):
    file = tmp_path / "key"
    file.write_text("ab" * 32 + "\n")
    setting = DECLARED["REPIT_OPERATOR_KEY"]
    assert setting.read({"REPIT_OPERATOR_KEY_FILE": str(file)}) == bytes.fromhex("ab" * 32)
    for environ in (
        {"REPIT_OPERATOR_KEY_FILE": str(file), "REPIT_OPERATOR_KEY": "ab" * 32},
        {"REPIT_OPERATOR_KEY_FILE": str(tmp_path / "missing")},
    ):
        with pytest.raises(SettingsRefused):
            setting.read(environ)


def test_a_misspelt_setting_stops_the_start_with_the_right_name():
    with pytest.raises(SettingsRefused) as refused:
        refuse_unknown({"REPIT_OPERATOR_KEYS": "x"}, DECLARED)
    assert "REPIT_OPERATOR_KEY" in refused.value.message.en
    refuse_unknown({"PATH": "x", "REPIT_OPERATOR_KEY_FILE": "x"}, DECLARED)


@pytest.mark.parametrize(
    ("role", "environ", "word"),
    [
        ("hotline", {"REPIT_TYPO": "1"}, "REPIT_TYPO"),
        ("gate", {"REPIT_TYPO": "1"}, "REPIT_TYPO"),
        ("hotline", {"REPIT_DATABASE_URL": "mysql://u:secret@h/n"}, "REPIT_DATABASE_URL"),
        ("gate", {"REPIT_REVIEW_MEDIA": "fetch"}, "REPIT_REVIEW_FETCH_URL"),
    ],
)
@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_command_says_so_in_two_sentences(
    tmp_path: Path, role: str, environ: dict[str, str], word: str, language: str
):
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("REPIT_", "DJANGO_"))}
    env = {**clean, "REPIT_DATA": str(tmp_path), "REPIT_LANGUAGE": language, **environ}
    command = [sys.executable, "-m", "repit.cli", role]
    done = subprocess.run(command, env=env, capture_output=True, timeout=60, check=False)
    errors = done.stderr.decode()
    assert done.returncode == 1 and word in errors and "Traceback" not in errors and "secret" not in errors
    assert len(errors.strip().splitlines()) == 2


def test_every_setting_is_documented_as_it_is():
    assert (ROOT / "docs/en/settings.md").read_text() == page(DECLARED)


def test_database_addresses(tmp_path: Path):
    assert database("", tmp_path / "x.sqlite3")["OPTIONS"]["transaction_mode"] == "IMMEDIATE"
    assert database("sqlite:////data/x", tmp_path)["NAME"] == "/data/x"
    server = database("postgresql://u%40:p%2F@h:5433/n?sslmode=require", tmp_path)
    assert (server["USER"], server["PASSWORD"], server["HOST"], server["PORT"]) == ("u@", "p/", "h", "5433")
    assert server["OPTIONS"]["sslmode"] == "require"


@pytest.mark.parametrize("password", ["pa/ss", "p@ss", "p:a", "a?b", "é#", "100%25"])
def test_a_password_may_hold_what_it_likes(password: str, tmp_path: Path):
    server = database(f"postgresql://repit:{password}@db.example:5433/name?sslmode=require", tmp_path)
    assert (server["PASSWORD"], server["HOST"], server["PORT"]) == (unquote(password), "db.example", "5433")
    assert password not in shown(server)


@pytest.mark.parametrize("url", ["postgresql://u:hunter2@h:port/n", "postgresql://u:hunter2@h", "hunter2"])
def test_no_part_of_an_address_that_cannot_be_read_is_printed(url: str, tmp_path: Path):
    with pytest.raises(SettingsRefused) as refused:
        database(url, tmp_path)
    assert "hunter2" not in " ".join(
        (*refused.value.shown("en"), *refused.value.shown("fr"), str(refused.value))
    )


@pytest.mark.django_db
def test_the_migrations_are_complete():
    ours = [app.label for app in apps.get_app_configs() if app.name.startswith("repit.")]
    assert {"bank", "feeds", "cases", "exchanges", "gate", "review", "s3", "mastodon"} <= set(ours)
    call_command("makemigrations", *ours, check=True, dry_run=True, verbosity=0)
