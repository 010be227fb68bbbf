"""The commands that start a process read their few options by themselves, as strictly as the others."""

from __future__ import annotations

import pytest
import typer
from typer.testing import CliRunner

from repit.foundation.process.options import Host, Port
from repit.foundation.process.plain_command import PlainCommand, PlainGroup

app = typer.Typer(cls=PlainGroup)


@app.command(cls=PlainCommand)
def serve(host: Host = "127.0.0.1", port: Port = 8600) -> None:
    typer.echo(f"{host!r} {port!r}")


@app.command()
def other(number: int = 1) -> None:
    typer.echo(f"{number!r}")


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("serve", "'127.0.0.1' 8600"),
        ("serve --port 1 --host ::1", "'::1' 1"),
        ("serve --port=65535", "'127.0.0.1' 65535"),
        ("other --number 7", "7"),
    ],
)
def test_values_come_as_typer_gives_them(line: str, value: str) -> None:
    done = CliRunner().invoke(app, line.split())
    assert (done.exit_code, done.output.strip()) == (0, value)


@pytest.mark.parametrize("port", ["0", "65536", "-1", "x", "8_600", "٨", "000000080999999", "9" * 5_000])
@pytest.mark.parametrize(("language", "words"), [("en", "from 1 to 65535"), ("fr", "de 1 à 65535")])
def test_a_port_that_is_none_is_refused_in_the_readers_language(
    monkeypatch: pytest.MonkeyPatch, port: str, language: str, words: str
) -> None:
    monkeypatch.setenv("REPIT_LANGUAGE", language)
    done = CliRunner().invoke(app, ["serve", "--port", port])
    assert done.exit_code == 2 and words in done.output


def test_options_that_do_not_exist_are_refused_and_help_is_given() -> None:
    assert CliRunner().invoke(app, ["serve", "--bogus"]).exit_code == 2
    assert "--port" in CliRunner().invoke(app, ["serve", "--help"]).output
