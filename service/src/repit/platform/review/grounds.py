"""Grounds on which an upload is refused, with the text that stands beside each decision.

In: the platform's own file (REPIT_REVIEW_GROUNDS), or the built-in list. Out: `Ground`s. Next: the desk shows
them, `statements` names one. Pure but for reading the file.

    [[grounds]]
    code = "terms-4"
    kind = "terms"
    title = {fr = "Conditions, article 4", en = "Terms, article 4"}
    text = {fr = "…", en = "…"}
"""

import re
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, Literal

from django.conf import settings

from repit.foundation.errors import SettingsRefused, Text

Kind = Literal["law", "terms"]
_CODE: Final = re.compile(r"[a-z0-9-]{1,40}")
_MOST_BYTES: Final = 256 * 1024


@dataclass(frozen=True, slots=True)
class Ground:
    """A rule of law or of the platform's terms."""

    code: str
    kind: Kind
    title: Text
    text: Text


BUILT_IN: Final = (
    Ground(
        "law-fr-226-2-1",
        "law",
        Text("French criminal code, article 226-2-1", "Code pénal, article 226-2-1"),
        Text(
            "Sharing a sexual picture or recording of someone without their consent to its being shared, even"
            " if they agreed to its being made.",
            "Diffuser une image ou un enregistrement à caractère sexuel d'une personne sans son accord pour"
            " la diffusion, même si elle avait accepté la prise de vue.",
        ),
    ),
    Ground(
        "law-fr-226-8-1",
        "law",
        Text("French criminal code, article 226-8-1", "Code pénal, article 226-8-1"),
        Text(
            "Sharing a sexual montage of someone's image or voice, or content made by an algorithm that shows"
            " it, without their consent.",
            "Diffuser un montage à caractère sexuel réalisé avec l'image ou les paroles d'une personne, ou un"
            " contenu généré par un algorithme qui les reproduit, sans son accord.",
        ),
    ),
    Ground(
        "terms-intimate",
        "terms",
        Text("Terms of this service: intimate images", "Conditions du service : images intimes"),
        Text(
            "Nobody's intimate images are shared here without their consent, real or made up.",
            "Aucune image intime n'est partagée ici sans l'accord de la personne, qu'elle soit réelle ou"
            " fabriquée.",
        ),
    ),
)


def grounds() -> tuple[Ground, ...]:
    """The platform's grounds. Raises `SettingsRefused`."""
    path: str = settings.REPIT_REVIEW_GROUNDS
    return _from_file(path) if path else BUILT_IN


def named(code: str) -> Ground | None:
    """The ground of that code."""
    return next((ground for ground in grounds() if ground.code == code), None)


@lru_cache(maxsize=4)
def _from_file(path: str) -> tuple[Ground, ...]:
    try:
        raw = Path(path).read_bytes()
        if len(raw) > _MOST_BYTES:
            raise ValueError
        found = tuple(_ground(load) for load in tomllib.loads(raw.decode())["grounds"])
        if not found or len({ground.code for ground in found}) != len(found):
            raise ValueError
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        raise SettingsRefused(
            Text(
                "The file that REPIT_REVIEW_GROUNDS names cannot be read.",
                "Le fichier nommé par REPIT_REVIEW_GROUNDS est illisible.",
            ),
            Text("Compare it with docs/en/review.md.", "Comparez-le avec docs/fr/review.md."),
        ) from None
    return found


def _ground(source: dict[str, Any]) -> Ground:
    code, kind = source["code"], source["kind"]
    if not _CODE.fullmatch(code) or kind not in ("law", "terms"):
        raise ValueError
    return Ground(code, kind, _text(source["title"], 200), _text(source["text"], 4000))


def _text(both: dict[str, Any], most: int) -> Text:
    en, fr = both["en"], both["fr"]
    if not 0 < len(en) <= most or not 0 < len(fr) <= most:
        raise ValueError
    return Text(en, fr)
