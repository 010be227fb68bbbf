"""Where the settings of this installation stand: one file `repit.toml`, the environment, or both.

In: the environment. Out: the file, the role of the installation, every value as if the environment held it.
Next: `foundation.process.starting` asks for the role, `repit.settings.base` for the values.

Servers and commands look in the same places, so that they act on the same installation: `REPIT_CONFIG`; else
`repit.toml` in the folder `REPIT_DATA`, and nowhere else where that is set; else in the working directory;
else in /etc/repit. What the environment says comes before what the file says. In the file a setting has the
name of its variable in small letters, without `REPIT_`; a path is meant from the file's own folder.
"""

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from repit.foundation.configuration.environment import Setting, a_file, folder, nearest, pem_file
from repit.foundation.configuration.rights import require_trusted, require_unread
from repit.foundation.errors import SettingsRefused, Text

NAME: Final = "repit.toml"
SYSTEM_WIDE: Final = Path("/etc/repit") / NAME
_PREFIX: Final = "REPIT_"
ROLES: Final = {"hotline": "hotline", "platform": "gate", "both": "both"}
"""As the file calls them, and as the code does."""


@dataclass(frozen=True, slots=True)
class Located:
    """`file`: None where the environment says everything; `role`: `hotline`, `gate`, `both`, or nothing said;
    `language`: the installation's, or nothing said."""

    file: Path | None = None
    role: str = ""
    language: str = ""


def located(environ: Mapping[str, str]) -> Located:
    """Which installation is meant. Raises `SettingsRefused`, also where none is named at all."""
    file = _file(environ)
    if file is None:
        if environ.get("REPIT_DATA"):
            return Located()
        raise _none_named()
    everything = _stated(file)
    stated = everything.get("role", "")
    if stated and stated not in ROLES:
        raise SettingsRefused(
            Text(f"In {file}, role is none that there is.", f"Dans {file}, role n’est pas un rôle connu."),
            Text(f"Write one of: {', '.join(ROLES)}.", f"Valeurs possibles : {', '.join(ROLES)}."),
        )
    return Located(file, ROLES.get(stated, ""), str(everything.get("language", "")))


def values(environ: Mapping[str, str], declared: Mapping[str, Setting[Any]]) -> Mapping[str, str]:
    """Every value as if the environment held it. Raises `SettingsRefused`."""
    file = located(environ).file
    if file is None:
        return environ
    found = {"REPIT_DATA": str(file.parent)}
    for name, raw in _stated(file).items():
        if name != "role":
            found |= _value(file, name, raw, declared)
    # What the environment says in either form, as a value or as a file's name, comes first.
    theirs = {name: raw for name, raw in found.items() if _other_form(name) not in environ}
    return {**theirs, **environ}


def _none_named() -> SettingsRefused:
    return SettingsRefused(
        Text(
            f"No installation is named: there is no {NAME} here nor in {SYSTEM_WIDE.parent}, and neither"
            " REPIT_CONFIG nor REPIT_DATA is set.",
            f"Aucune installation n’est désignée : pas de {NAME} ici ni dans {SYSTEM_WIDE.parent}, et ni"
            " REPIT_CONFIG ni REPIT_DATA ne sont définis.",
        ),
        Text(
            "Set REPIT_CONFIG to its file. A new installation: `repit init hotline` or `repit init"
            " platform`.",
            "Donnez son fichier dans REPIT_CONFIG. Nouvelle installation : `repit init hotline` ou"
            " `repit init platform`.",
        ),
    )


def _file(environ: Mapping[str, str]) -> Path | None:
    named = environ.get("REPIT_CONFIG")
    if named:
        return Path(named).expanduser().absolute()
    data = environ.get("REPIT_DATA")
    here = [Path(data).expanduser().absolute() / NAME] if data else [Path(NAME).absolute(), SYSTEM_WIDE]
    return next((path for path in here if os.path.lexists(path)), None)


def _stated(file: Path) -> dict[str, Any]:
    try:
        require_trusted(file)
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, RuntimeError):
        raise SettingsRefused(
            Text(f"{file} cannot be read.", f"{file} est illisible."),
            Text(
                "Check that it is there and that the service’s user may read it; commands run as that user"
                " too (`sudo -u repit repit …`).",
                "Vérifiez qu’il existe et que l’utilisateur du service peut le lire ; les commandes se"
                " lancent sous ce même utilisateur (`sudo -u repit repit …`).",
            ),
        ) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        # Python's own message may quote the line, which may hold a password.
        line = getattr(error, "lineno", None) or _line_of(str(error))
        where = Text(f" at line {line}", f", ligne {line}") if line else Text("", "")
        raise SettingsRefused(
            Text(f"{file} is not in the form of TOML{where.en}.", f"{file} n’est pas du TOML{where.fr}."),
            Text(
                'Write one setting a line: name = "value".',
                "Écrivez un réglage par ligne : nom = « valeur ».",
            ),
        ) from None


def _line_of(message: str) -> str:
    _, _, rest = message.partition("at line ")
    return rest.split(",")[0].split(" ")[0].strip(")")


def _value(file: Path, name: str, raw: Any, declared: Mapping[str, Setting[Any]]) -> dict[str, str]:
    variable = f"{_PREFIX}{name.upper()}"
    setting = declared.get(variable)
    of_file = declared.get(variable.removesuffix("_FILE"))
    names_a_file = variable.endswith("_FILE") and of_file is not None and of_file.secret
    if name != name.lower() or (setting is None and not names_a_file):
        known = [known.removeprefix(_PREFIX).lower() for known in declared]
        hint = nearest(name, known)
        raise SettingsRefused(
            Text(
                f"In {file}: {name} is not a setting.{hint.en}",
                f"Dans {file} : {name} n’est pas un réglage.{hint.fr}",
            ),
            Text("See docs/en/settings.md, or take it out.", "Voir docs/en/settings.md, ou retirez-le."),
        )
    written = _written(raw)
    if written is None:
        raise SettingsRefused(
            Text(f"In {file}: {name} cannot be read.", f"Dans {file} : {name} est illisible."),
            Text(
                "Write a text, a number, true, false, or a list.",
                "Écrivez un texte, un nombre, true, false, ou une liste.",
            ),
        )
    if setting is not None and setting.secret and setting.gives_away(written):
        require_unread(file, name)
    if names_a_file or (setting is not None and setting.parse in (folder, a_file, pem_file)):
        written = str(file.parent / Path(written).expanduser())
    return {variable: written}


def _written(raw: Any) -> str | None:
    """As the environment would say it; None for what it could not."""
    if isinstance(raw, bool):
        return "yes" if raw else "no"
    if isinstance(raw, str | int):
        return str(raw)
    if isinstance(raw, list) and all(isinstance(part, str | int) and "," not in str(part) for part in raw):
        return ",".join(map(str, raw))
    return None


def _other_form(name: str) -> str:
    """`X_FILE` for `X`, and the reverse: what the environment says in either form comes first."""
    return name.removesuffix("_FILE") if name.endswith("_FILE") else f"{name}_FILE"
