"""What can be done to an installation, and a fault made of it.

In: a world. Out: a world that is spoilt. Next: `of_settings`, `of_parts`.
"""

import secrets
import socket
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from typing import Final

from drills.faults.world import World
from repit.foundation.errors import Text

START: Final = ("hotline", "--port", "8699")
GATE: Final = ("gate", "--port", "8699")
LIST: Final = ("subscriber", "list")


@dataclass(frozen=True, slots=True)
class Fault:
    """`name`: what was done; `spoil`: does it; `words`: what is typed then; `names`: must stand in the answer
    in either language; `needs`: `postgresql`, or nothing."""

    name: Text
    spoil: Callable[[World], object]
    words: tuple[str, ...]
    names: str
    role: str = "hotline"
    needs: str = ""


def with_settings(**settings: str) -> Callable[[World], object]:
    return lambda world: world.environ.update(
        {f"REPIT_{name.upper()}": value for name, value in settings.items()}
    )


def in_database(statement: str) -> Callable[[World], object]:
    def spoil(world: World) -> None:
        with closing(sqlite3.connect(world.data / f"{world.role}.sqlite3")) as base, base:
            base.execute(statement)

    return spoil


def without(name: str) -> Callable[[World], object]:
    def spoil(world: World) -> None:
        path = world.data / name
        path.rename(world.data.parent / f"moved-{path.name}")

    return spoil


def at_postgresql(change: Callable[[str], str]) -> Callable[[World], object]:
    return lambda world: world.environ.update({"REPIT_DATABASE_URL": change(world.postgresql)})


def port_taken(world: World) -> None:
    listening = socket.create_server(("127.0.0.1", 0))
    world.held.append(listening)  # type: ignore[arg-type] - closed with the others
    world.words = ("hotline", "--port", str(listening.getsockname()[1]))


def of_another_program(world: World) -> None:
    other = world.data / "other.sqlite3"
    with closing(sqlite3.connect(other)) as base, base:
        base.execute("CREATE TABLE posts (id)")
    world.environ["REPIT_DATABASE_URL"] = f"sqlite:///{other}"


def no_folder(world: World) -> None:
    world.environ["REPIT_DATA"] = str(world.data / "repit.toml" / "data")


def both_forms(world: World) -> None:
    file = world.file("key", secrets.token_hex(32))
    world.environ |= {"REPIT_OPERATOR_KEY": secrets.token_hex(32), "REPIT_OPERATOR_KEY_FILE": str(file)}


def damaged_database(world: World) -> None:
    (world.data / "hotline.sqlite3").write_bytes(secrets.token_bytes(65_536))


def with_file(name: str, text: str, setting: str) -> Callable[[World], object]:
    def spoil(world: World) -> None:
        world.environ[setting] = str(world.file(name, text))

    return spoil


def only_a_folder(world: World) -> None:
    """A backup and its key lie there, and the operator's key; no installation was made."""
    for made in ("repit.toml", "hotline.sqlite3"):
        without(made)(world)
    backup = world.file("monday", "")
    world.words = ("restore", str(backup), "--offline-key", str(backup))


def nothing(_: World) -> None:
    """What is typed is wrong by itself."""


def somewhere_else(world: World) -> None:
    del world.environ["REPIT_DATA"]
