"""For every test: the settings of the role that it tests; Hypothesis measures no time, since a busy machine
is no fault of what is tested; and Python keeps what it has compiled.

Django is set up before the conftest of any folder is read, which may import its tables.
"""

import argparse
import os
import sys
from pathlib import Path

import django
import pytest
import roles
from hypothesis import settings

settings.register_profile("repit", deadline=None)
settings.load_profile("repit")
# Images for containers often forbid it. Tests start processes by the hundred, and more than half of what each
# of them costs would be compiling the same modules once more.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False
_SETTINGS = "DJANGO_SETTINGS_MODULE"
_CHOICES = (*roles.ROLES, "any")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--role", choices=_CHOICES, help="run the tests of this role alone, under its settings")


def pytest_plugin_registered(plugin: object) -> None:
    # Called for what was registered before, too: so for pytest's configuration, as soon as this file is read.
    if isinstance(plugin, pytest.Config):
        try:
            _set_up(plugin)
        except roles.NoRole as why:
            raise pytest.UsageError(str(why)) from None


def _set_up(config: pytest.Config) -> None:
    role = _named(config)
    if role is None:
        everything = [str(config.rootpath / path) for path in config.getini("testpaths")]
        role = roles.chosen(config.known_args_namespace.file_or_dir or everything)
    if role in (None, "any"):
        return
    wanted = roles.settings_of(role)
    if os.environ.setdefault(_SETTINGS, wanted) != wanted:
        raise roles.NoRole(f"{_SETTINGS} is set to {os.environ[_SETTINGS]}; these tests run under {wanted}.")
    django.setup()


def _named(config: pytest.Config) -> str | None:
    """The role of the command line, which pytest has not read yet."""
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    parser.add_argument("--role", choices=_CHOICES)
    named: str | None = parser.parse_known_args(config.invocation_params.args)[0].role
    return named


def pytest_configure(config: pytest.Config) -> None:
    """What the command line names is collected whatever `pytest_ignore_collect` says."""
    role: str | None = config.getoption("role")
    if role is not None:
        config.args = [
            given for given in config.args if not roles.left_out(Path(given.split("::", 1)[0]), role)
        ]


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Where a role is named, files and folders of others are left out."""
    role: str | None = config.getoption("role")
    may_hold_tests = collection_path.is_dir() or collection_path.name.startswith("test_")
    return True if role is not None and may_hold_tests and roles.left_out(collection_path, role) else None


def pytest_report_header() -> str:
    return f"settings: {os.environ.get(_SETTINGS, 'none')}"
