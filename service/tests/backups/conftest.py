"""Installations of their own, on either database."""

from __future__ import annotations

import secrets
import shutil
from pathlib import Path

import psycopg
import pytest
from operated import Install, Installation
from running import environment


@pytest.fixture
def install(tmp_path: Path, request: pytest.FixtureRequest) -> Install:
    """A new installation of a role; `like`: another machine with the keys of one that is there."""

    def make(role: str, *, postgresql: bool = False, like: Installation | None = None) -> Installation:
        data = tmp_path / f"{role}-{secrets.token_hex(4)}"
        data.mkdir()
        url = ""
        if postgresql:
            address, _ = request.getfixturevalue("postgresql")
            name = f"backed_{secrets.token_hex(6)}"
            with psycopg.connect(address, autocommit=True) as connection:
                connection.execute(f'CREATE DATABASE "{name}"')
            url = address.replace("/postgres?", f"/{name}?")
        env = environment(data, url)
        if like is not None:
            shutil.copy(like.data / "operator.key", data)
            env["REPIT_OFFLINE_KEY"] = like.env.get("REPIT_OFFLINE_KEY", "")
        return Installation(role, env, tmp_path)

    return make
