"""`repit check`: whether an installation is one that people can rely on.

In: an installation. Out: what is wrong and what to do, grave things first; exit code 1 where there is one.
Next: `repit.cli`. What a running process knows of itself stands at its `/ready`; here it is what can be seen
without one, and what was forgotten in setting up.
"""

# ruff: noqa: PLC0415 - imports wait for settings
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

import typer

from repit.foundation.errors import Text
from repit.foundation.terminal import AsJson, language, say, write_json

if TYPE_CHECKING:
    from repit.foundation.health.findings import Finding

_OF_A_PROCESS: Final = ("loops", "gate", "clock")
"""Checks that only a running process can answer for."""
_STAFF: Final = {
    "hotline": ("supervisor", "caseworker"),
    "gate": ("moderator",),
    "both": ("supervisor", "caseworker", "moderator"),
}


def check(as_json: AsJson = False) -> None:
    """Whether this installation can be relied on; exit code 1 if not. / L'installation est-elle sûre ?"""
    from repit.foundation.process import starting

    role = starting.ready("any")
    found = sorted(_findings(role), key=lambda finding: not finding.grave)
    if as_json:
        for finding in found:
            words = {"message": finding.message, "next_step": finding.next_step}
            shown = {name: text.in_language(language()) for name, text in words.items()}
            write_json({"code": finding.code, "grave": finding.grave, **shown})
    else:
        _tell(found)
    raise typer.Exit(int(any(finding.grave for finding in found)))


def _findings(role: str) -> "Iterator[Finding]":
    from repit.foundation import setting_up
    from repit.foundation.health.findings import wing

    yield from setting_up.findings(_STAFF[role])
    for name in ("hotline", "gate") if role == "both" else (role,):
        health = wing(name)
        health.forget(*_OF_A_PROCESS)
        yield from health.look().all
    if role != "hotline":
        from repit.platform.commands import feed_reached

        yield from feed_reached.findings()


def _tell(found: "list[Finding]") -> None:
    for finding in found:
        mark = "✗" if finding.grave else "!"
        message, next_step = finding.message, finding.next_step
        say(Text(f"{mark} {message.en}\n    {next_step.en}", f"{mark} {message.fr}\n    {next_step.fr}"))
    if not found:
        say(
            Text(
                "✓ Nothing is missing. Look at /ready of the running service, too.",
                "✓ Il ne manque rien. Regardez aussi /ready du service en marche.",
            )
        )
