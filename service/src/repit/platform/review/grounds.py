"""Grounds on which an upload is refused, with the text that stands beside each decision.

In: the platform's own file (REPIT_REVIEW_GROUNDS), or the built-in list. Out: `Ground`s. Next: the desk shows
them, `statements` names one. Pure but for reading the file.

What the gate refuses by itself rests on the ground marked with `automated`: "known" for what agrees with
something known, "undecided" for what could not be looked at. Without a mark, on the first of the terms, and
on the built-in one.

    [[grounds]]
    code = "terms-4"
    kind = "terms"
    automated = "known"
    title = {fr = "Conditions, article 4", en = "Terms, article 4"}
    text = {fr = "…", en = "…"}
"""

import re
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, Literal, get_args

from django.conf import settings

from repit.foundation.errors import SettingsRefused, Text

Kind = Literal["law", "terms"]
Automated = Literal["", "known", "undecided"]
_AUTOMATED: Final[tuple[Automated, ...]] = get_args(Automated)
_CODE: Final = re.compile(r"[a-z0-9-]{1,40}")
_MOST_BYTES: Final = 256 * 1024


@dataclass(frozen=True, slots=True)
class Ground:
    """A rule of law or of the platform's terms. `automated`: what the gate refuses by it, without people."""

    code: str
    kind: Kind
    title: Text
    text: Text
    automated: Automated = ""


UNCHECKED: Final = Ground(
    "terms-unchecked",
    "terms",
    Text("Terms of this service: unchecked files", "Conditions du service : fichiers non contrôlés"),
    Text(
        "A file that cannot be checked is not published. Another form of it, such as an ordinary picture, may"
        " be sent instead.",
        "Un fichier qui ne peut pas être contrôlé n’est pas publié. Il peut être envoyé sous une autre forme,"
        " par exemple une image ordinaire.",
    ),
    "undecided",
)
BUILT_IN: Final = (
    Ground(
        "law-fr-226-2-1",
        "law",
        Text("French criminal code, article 226-2-1", "Code pénal, article 226-2-1"),
        Text(
            "Sharing a sexual picture or recording of someone without their consent to its being shared, even"
            " if they agreed to its being made.",
            "Diffuser une image ou un enregistrement à caractère sexuel d’une personne sans son accord pour"
            " la diffusion, même si elle avait accepté la prise de vue.",
        ),
    ),
    Ground(
        "law-fr-226-8-1",
        "law",
        Text("French criminal code, article 226-8-1", "Code pénal, article 226-8-1"),
        Text(
            "Sharing a sexual montage of someone’s image or voice, or content made by an algorithm that shows"
            " it, without their consent.",
            "Diffuser un montage à caractère sexuel réalisé avec l’image ou les paroles d’une personne, ou un"
            " contenu généré par un algorithme qui les reproduit, sans son accord.",
        ),
    ),
    Ground(
        "terms-intimate",
        "terms",
        Text("Terms of this service: intimate images", "Conditions du service : images intimes"),
        Text(
            "Nobody’s intimate images are shared here without their consent, real or made up.",
            "Aucune image intime n’est partagée ici sans l’accord de la personne, qu’elle soit réelle ou"
            " fabriquée.",
        ),
        "known",
    ),
    UNCHECKED,
)


def grounds() -> tuple[Ground, ...]:
    """The platform's grounds. Raises `SettingsRefused`."""
    path: str = settings.REPIT_REVIEW_GROUNDS
    return _from_file(path) if path else BUILT_IN


def named(code: str) -> Ground | None:
    """The ground of that code."""
    return next((ground for ground in (*grounds(), UNCHECKED) if ground.code == code), None)


def of_gate(of: Automated) -> Ground:
    """What the gate's own refusals rest on. Raises `SettingsRefused`."""
    listed = grounds()
    marked = next((ground for ground in listed if ground.automated == of), None)
    if marked is not None or of == "undecided":
        return marked or UNCHECKED
    return next((ground for ground in listed if ground.kind == "terms"), listed[0])


@lru_cache(maxsize=4)
def _from_file(path: str) -> tuple[Ground, ...]:
    try:
        raw = Path(path).read_bytes()
        if len(raw) > _MOST_BYTES:
            raise ValueError
        found = tuple(_ground(load) for load in tomllib.loads(raw.decode())["grounds"])
        marks = [ground.automated for ground in found if ground.automated]
        if not found or len({ground.code for ground in found}) != len(found) or len(set(marks)) != len(marks):
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
    automated = next((mark for mark in _AUTOMATED if mark == source.get("automated", "")), None)
    if not _CODE.fullmatch(code) or kind not in ("law", "terms") or automated is None:
        raise ValueError
    return Ground(code, kind, _text(source["title"], 200), _text(source["text"], 4000), automated)


def _text(both: dict[str, Any], most: int) -> Text:
    en, fr = both["en"], both["fr"]
    if not 0 < len(en) <= most or not 0 < len(fr) <= most:
        raise ValueError
    return Text(en, fr)
