"""Which installation is meant, and Django set up for it.

In: a role. Out: Django set up and the database ready (`present`), or a refusal that says what to do. Next:
the commands of each wing. Nothing is made here: an installation that is not there stays away
(`initializing`).
"""

import os
import sys

import django
from django.conf import settings

from repit.foundation import terminal
from repit.foundation.configuration.databases import shown
from repit.foundation.configuration.found import located
from repit.foundation.errors import SettingsRefused, Text
from repit.foundation.process.kinds import NAMES


def set_up(role: str) -> None:
    """Read the settings of a role and start Django. Raises `SettingsRefused`."""
    os.environ["DJANGO_SETTINGS_MODULE"] = f"repit.settings.{role}"
    django.setup()
    terminal.speak(located(os.environ).language)


def ready(wanted: str) -> str:
    """A command of one wing, or one that any installation has (`any`): the installation that is meant set up,
    its database ready; said on standard error which one that is. Raises `SettingsRefused`,
    `DatabaseUnavailable`.
    """
    role = meant(wanted)
    set_up(role)
    ready_database()
    say_which()
    return role


def serving(role: str) -> None:
    """The same for a process that serves in exactly this role."""
    meant(role, exactly=True)
    set_up(role)
    ready_database()
    from repit.foundation.process import occupied  # noqa: PLC0415

    occupied.serve()


def meant(wanted: str, *, exactly: bool = False) -> str:
    """The role of the installation that the surroundings name: as its file says, else the one wanted. Raises
    `SettingsRefused` where the command is none of that installation's."""
    here = located(os.environ)
    role = here.role or ("hotline" if wanted == "any" else wanted)
    if wanted in (role, "any") or (role == "both" and not exactly):
        return role
    asked, there = NAMES[wanted], NAMES[role]
    raise SettingsRefused(
        Text(
            f"This is a command of another kind of installation ({asked.en}): {here.file} says {there.en}.",
            f"Cette commande est celle d’une autre installation ({asked.fr}) : {here.file} dit {there.fr}.",
        ),
        Text(
            "Name the file of the installation that you mean in REPIT_CONFIG."
            + (" This one is started by `repit both`." if role == "both" else ""),
            "Donnez dans REPIT_CONFIG le fichier de l’installation voulue."
            + (" Celle-ci se démarre par `repit both`." if role == "both" else ""),
        ),
    )


def ready_database() -> None:
    """Raises `SettingsRefused`, `DatabaseUnavailable` (`present.require`)."""
    from repit.foundation.process import present  # noqa: PLC0415 - its tables are there once Django is set up

    present.require()


def say_which() -> None:
    """Say, on standard error, on which installation a command acts; not to a program, which reads both."""
    if "--json" not in sys.argv:
        terminal.remark(Text(_named("en"), _named("fr")))


def _named(language: str) -> str:
    role = os.environ["DJANGO_SETTINGS_MODULE"].rpartition(".")[2]
    where = located(os.environ).file or settings.REPIT_DATA
    parts = [NAMES[role].in_language(language), settings.REPIT_ADDRESS, str(where)]
    return " · ".join([*filter(None, parts), shown(settings.DATABASES["default"])])
