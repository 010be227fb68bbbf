"""A command whose options are texts and whole numbers, read without pydantic.

In: what stands on a command line. Out: the same values that typer would give. Next: the commands that start a
process.

typer has pydantic read every option, and loading it is a seventh of a start. A process that answers needs it
with the first request that it validates, if at all. `_runtime_param` is where typer keeps how an option is
read; a test holds that a start does without pydantic.
"""

import re
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

from repit.foundation.errors import Text
from repit.foundation.terminal import language


class _Plain:
    """What reads its own options before typer has pydantic read them."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        for option in self.get_params(ctx):  # type: ignore[attr-defined]
            option._runtime_param = _Reading(option)
        given: list[str] = super().parse_args(ctx, args)  # type: ignore[misc]
        return given


class PlainCommand(_Plain, TyperCommand):
    """For commands of which every option is `str`, or `int` with its bounds."""


class PlainGroup(_Plain, TyperGroup):
    """For what only has commands."""


class _Reading:
    """How one option is read: as a whole number where it is one, else as it is typed."""

    def __init__(self, option: Any) -> None:
        self._whole = option.type_descriptor.annotation is int
        self._least, self._most = option.min, option.max

    def coerce(self, value: Any, param: Any, ctx: Any) -> Any:
        """The value. Raises `BadParameter`."""
        if not self._whole or value is None:
            return value
        given = str(value)
        if not re.fullmatch("[0-9]{1,9}", given) or not self._least <= int(given) <= self._most:
            bounds = Text(
                f"a whole number from {self._least} to {self._most}",
                f"un nombre entier de {self._least} à {self._most}",
            )
            raise typer.BadParameter(bounds.in_language(language()), ctx=ctx, param=param)
        return int(given)
