"""What a wing adds to the settings of an installation.

In: nothing. Out: `Wing`. Next: each wing's `settings` has one; `repit.settings.base` joins them to what every
installation shares.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from repit.foundation.configuration.environment import Setting


def _nothing_more(value: Mapping[str, Any], data: Path) -> Mapping[str, Any]:  # noqa: ARG001
    return {}


@dataclass(frozen=True, slots=True)
class Wing:
    """`settings`: the variables that it reads; `apps`: of Django; `above_files`: middleware that
    sees static files too; `above_views`: middleware that knows the visitor's language, before any view;
    `kept_files`: folders of static files that browsers may keep, because a copy tells nothing of a person;
    `derived`: from the values read and the data folder, values that follow from several, or a refusal.
    """

    settings: tuple[Setting[Any], ...]
    apps: tuple[str, ...]
    above_files: tuple[str, ...] = ()
    above_views: tuple[str, ...] = ()
    kept_files: tuple[str, ...] = ()
    derived: Callable[[Mapping[str, Any], Path], Mapping[str, Any]] = _nothing_more
