"""Servers and commands find the same installation; none is made by accident."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from repit.foundation.configuration import found
from repit.foundation.errors import SettingsRefused
from repit.settings.declared import DECLARED

HEX = "ab" * 32


def written(folder: Path, text: str, mode: int = 0o600) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / found.NAME
    file.write_text(text)
    file.chmod(mode)
    return file


@pytest.fixture
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory without an installation, on a machine without one."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(found, "SYSTEM_WIDE", tmp_path / "etc" / found.NAME)
    return tmp_path


def test_the_places_are_looked_at_in_one_order(nowhere: Path) -> None:
    with pytest.raises(SettingsRefused) as refused:
        found.located({})
    assert "repit init" in refused.value.next_step.en
    system = written(nowhere / "etc", 'role = "both"')
    assert found.located({}) == found.Located(system, "both")
    here = written(nowhere, 'role = "platform"\nlanguage = "fr"')
    assert found.located({}) == found.Located(here, "gate", "fr")
    data = written(nowhere / "data", 'role = "hotline"')
    assert found.located({"REPIT_DATA": str(data.parent)}) == found.Located(data, "hotline")
    named = {"REPIT_CONFIG": str(system), "REPIT_DATA": str(data.parent)}
    assert found.located(named).file == system


def test_who_names_a_folder_means_that_folder_and_no_other(nowhere: Path) -> None:
    written(nowhere, 'role = "platform"')
    written(nowhere / "etc", 'role = "both"')
    (nowhere / "data").mkdir()
    assert found.located({"REPIT_DATA": str(nowhere / "data")}) == found.Located()


def test_the_file_says_what_the_environment_would(nowhere: Path) -> None:
    file = written(
        nowhere / "data",
        'role = "hotline"\naddress = "https://hotline.example"\nproxies = 2\nrequire_agreement = true\n'
        'allowed_hosts = ["a.example", "b.example"]\noperator_key_file = "keys/operator"\n'
        'database_url = "sqlite:///other.sqlite3"\ncase_keys = "/apart/case-keys"\n',
    )
    values = found.values({"REPIT_CONFIG": str(file)}, DECLARED)
    data = str(file.parent)
    assert {name: values[name] for name in values if name != "REPIT_CONFIG"} == {
        "REPIT_DATA": data,
        "REPIT_ADDRESS": "https://hotline.example",
        "REPIT_PROXIES": "2",
        "REPIT_REQUIRE_AGREEMENT": "yes",
        "REPIT_ALLOWED_HOSTS": "a.example,b.example",
        "REPIT_OPERATOR_KEY_FILE": f"{data}/keys/operator",
        "REPIT_DATABASE_URL": "sqlite:///other.sqlite3",
        "REPIT_CASE_KEYS": "/apart/case-keys",
    }


def test_what_the_environment_says_in_either_form_comes_first(nowhere: Path) -> None:
    file = written(nowhere / "data", 'operator_key_file = "operator"\nproxies = 2\n')
    environ = {"REPIT_CONFIG": str(file), "REPIT_OPERATOR_KEY": HEX, "REPIT_PROXIES": "1"}
    values = found.values(environ, DECLARED)
    assert DECLARED["REPIT_OPERATOR_KEY"].read(values) == bytes.fromhex(HEX)
    assert values["REPIT_PROXIES"] == "1"


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ('adress = "https://hotline.example"', "address"),
        ('REPIT_ADDRESS = "https://hotline.example"', "is not a setting"),
        ("[section]\nproxies = 1", "section"),
        ("proxies = 1.5", "proxies"),
        ('role = "forum"', "hotline, platform, both"),
        ('database_url = "postgresql://u:hunter2@h/n', "TOML"),
        ('proxies_file = "x"', "proxies_file"),
    ],
)
def test_a_file_that_says_something_else_is_refused_by_name_and_not_repeated(
    text: str, word: str, nowhere: Path
) -> None:
    file = written(nowhere / "data", text)
    with pytest.raises(SettingsRefused) as refused:
        found.values({"REPIT_CONFIG": str(file)}, DECLARED)
    stated = " ".join(refused.value.shown("en"))
    assert word in stated and "hunter2" not in stated and "hunter2" not in " ".join(refused.value.shown("fr"))
    assert str(file) in stated


@pytest.mark.parametrize("mode", [0o660, 0o606])
def test_a_file_that_others_could_write_is_not_believed(mode: int, nowhere: Path) -> None:
    written(nowhere, 'role = "hotline"', mode)
    with pytest.raises(SettingsRefused) as refused:
        found.located({})
    assert "chmod go-w" in refused.value.next_step.en


SECRETS = {
    "metrics_key": '"a long text"',
    "operator_key": f'"{HEX}"',
    "gate_keys": '["a long key of a platform", "another one"]',
    "operator_webhook": '"https://hooks.example/T0/a-token"',
    "database_url": '"postgresql://repit:a%20password@db/repit"',
    "smtp_url": '"smtps://repit:password@mail.example"',
}
NO_SECRETS = {
    "metrics_key": '""',
    "metrics_key_file": '"metrics.key"',
    "database_url": '"postgresql:///repit?host=/run/postgresql"',
    "smtp_url": '"smtp://localhost"',
    "offline_key": f'"{HEX}"',
    "address": '"https://hotline.example"',
}


@pytest.mark.parametrize("name", SECRETS)
def test_a_secret_stands_in_no_file_that_everybody_may_read(name: str, nowhere: Path) -> None:
    file = written(nowhere, f"{name} = {SECRETS[name]}\n", 0o644)
    for environ in ({}, {f"REPIT_{name.upper()}": "of the environment"}):
        with pytest.raises(SettingsRefused) as refused:
            found.values(environ, DECLARED)
        for language in ("en", "fr"):
            message, next_step = refused.value.shown(language)
            assert name in message and f"chmod 640 {file}" in next_step
            assert SECRETS[name].strip('"[]').split('"')[0] not in message + next_step
    file.chmod(0o640)
    assert found.values({}, DECLARED)


@pytest.mark.parametrize("line", [f"{name} = {raw}" for name, raw in NO_SECRETS.items()])
def test_a_file_without_a_secret_may_be_read_by_anybody(line: str, nowhere: Path) -> None:
    written(nowhere, line, 0o644)
    assert found.values({}, DECLARED)


def test_a_file_that_is_named_and_missing_is_missed(nowhere: Path) -> None:
    with pytest.raises(SettingsRefused) as refused:
        found.located({"REPIT_CONFIG": "/nowhere/repit.toml"})
    assert "/nowhere/repit.toml" in refused.value.message.en


def test_a_file_of_another_user_is_not_believed(nowhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written(nowhere, 'role = "hotline"')
    mine = max(os.geteuid(), 1)
    if os.geteuid() == 0:
        os.chown(nowhere / found.NAME, mine, -1)
    monkeypatch.setattr(os, "geteuid", lambda: mine + 1)
    with pytest.raises(SettingsRefused) as refused:
        found.located({})
    assert "sudo -u" in refused.value.next_step.en
