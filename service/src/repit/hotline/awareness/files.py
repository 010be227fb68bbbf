"""What an installation says otherwise than the code does, in one file: for those who keep it beside their
code, and for a second installation.

In: the tables, or a file of JSON. Out: a file; the tables, replaced whole. Next: `repit pages`.
"""

import json
from datetime import date
from pathlib import Path
from typing import Any, Final

from repit.foundation.errors import InputRefused, Text
from repit.hotline.awareness import composing, editing, fields, published
from repit.hotline.awareness.fields import Cleaned
from repit.hotline.awareness.models import HelplineRow

FORM: Final = "repit pages 1"
MOST: Final = 1024 * 1024


def export(file: Path) -> None:
    """Write what is otherwise here. Raises `InputRefused`."""
    texts = {
        f"{key}.{language}" if language else key: text
        for (key, language), text in sorted(published.texts().items())
    }
    found: dict[str, Any] = {"form": FORM, "texts": texts, "helplines": {}}
    for row in HelplineRow.objects.order_by("key"):
        values: dict[str, Any] = {"own": row.own, "hidden": row.hidden, "position": row.position}
        if row.own:
            values |= {
                f"{key}_{language}" if language else key: text
                for (key, language), text in composing.row_texts(row).items()
            }
        if row.checked_on is not None:
            values |= {"checked_on": row.checked_on.isoformat(), "checked_by": row.checked_by}
        found["helplines"][row.key] = values
    try:
        file.write_text(json.dumps(found, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    except OSError:
        raise InputRefused(
            Text("The file cannot be written.", "Le fichier ne peut pas être écrit."),
            Text("Name a file in a folder of yours.", "Nommez un fichier dans un de vos dossiers."),
        ) from None


def take_in(file: Path, *, actor: str) -> None:
    """Replace everything by what a file says. Raises `InputRefused`; then nothing is changed."""
    found = _read(file)
    texts: dict[Cleaned, str] = {}
    for name, text in found["texts"].items():
        texts[_place(name)] = str(text)
    rows = {str(key): _checked(values) for key, values in found["helplines"].items()}
    editing.replace_all(texts, rows, actor=actor)


def _read(file: Path) -> dict[str, Any]:
    try:
        if file.stat().st_size > MOST:
            raise ValueError
        found = json.loads(file.read_text(encoding="utf-8"))
        if found["form"] != FORM:
            raise ValueError
        if not isinstance(found["texts"], dict) or not isinstance(found["helplines"], dict):
            raise TypeError
        if not all(isinstance(values, dict) for values in found["helplines"].values()):
            raise TypeError
    except (OSError, ValueError, KeyError, TypeError):
        raise InputRefused(
            Text(
                "This is not a file of `repit pages export`.",
                "Ce n’est pas un fichier de `repit pages export`.",
            ),
            Text(
                "Export one, change it, and take that in.",
                "Exportez-en un, modifiez-le, puis importez-le.",
            ),
        ) from None
    return dict(found)


def _place(name: str) -> Cleaned:
    for language in ("en", "fr"):
        key = name.removesuffix(f".{language}")
        if key != name and key in fields.FIELDS and fields.FIELDS[key].both:
            return key, language
    if name in fields.FIELDS and not fields.FIELDS[name].both:
        return name, ""
    raise InputRefused(Text(f"{name} is no field of the pages.", f"{name} n’est pas un champ des pages."))


def _checked(values: dict[str, Any]) -> dict[str, Any]:
    raw = values.get("checked_on")
    try:
        return {**values, "checked_on": date.fromisoformat(raw) if raw else None}
    except (TypeError, ValueError):
        raise InputRefused(Text("A date is written 2026-11-30.", "Une date s’écrit 2026-11-30.")) from None
