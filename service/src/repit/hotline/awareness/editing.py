"""Changing what the pages say: each change is checked whole, noted in the audit, and seen within seconds.

In: what a supervisor typed, or an operator's file. Out: rows; audit rows that say what was changed from what
to what, by whom. Next: `published`.

Whoever changes something says which revision they saw: what someone else changed meanwhile is not undone
unseen.
"""

import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from typing import Final

from django.db import transaction
from django.db.models import F

from repit.foundation import audit
from repit.foundation.audit import Entry as AuditEntry
from repit.foundation.clock import now
from repit.foundation.errors import InputRefused, NotFound, Text, TransitionRefused
from repit.foundation.models import AuditRow
from repit.hotline.awareness import composing, fields, published
from repit.hotline.awareness.composing import Entry
from repit.hotline.awareness.defaults import BY_KEY
from repit.hotline.awareness.fields import Cleaned, FieldsRefused
from repit.hotline.awareness.helplines import FIRST
from repit.hotline.awareness.models import HelplineRow, PageText, Revision

ACTION: Final = "pages changed"
MOST: Final = 200
"""Helplines."""
_LONG: Final = 60
_AUDITED: Final = Text(
    "Say who made the audit, when, and how many of the criteria are met.",
    "Dites qui a réalisé l’audit, quand, et quelle part des critères est respectée.",
)
_REACHED: Final = Text("A number or an address is needed.", "Il faut un numéro ou une adresse.")


class ChangedMeanwhile(TransitionRefused):
    """Someone else was faster."""

    code = "changed-meanwhile"
    message = Text(
        "Someone else changed the pages while you were writing. Nothing of yours is saved yet.",
        "Quelqu’un d’autre a modifié les pages pendant que vous écriviez. Rien n’est encore enregistré.",
    )
    next_step = Text(
        "What you typed stands below. Look at it once more, then save.",
        "Ce que vous avez écrit est ci-dessous. Relisez, puis enregistrez.",
    )


def save_texts(raw: Mapping[Cleaned, str], *, actor: str, seen: int | None = None) -> None:
    """Write these fields; the others stay. Raises `FieldsRefused`, `ChangedMeanwhile`."""
    fresh = fields.clean(fields.FIELDS, raw)
    _refuse_unknown_first(fresh)
    _refuse_hours_without_a_place(fresh)
    _refuse_audit_without_a_result(fresh)
    with _turn(seen):
        before = published.texts()
        changes = [
            _note(key, language, before.get((key, language), ""), text)
            for (key, language), text in fresh.items()
            if before.get((key, language), "") != text
        ]
        for (key, language), text in fresh.items():
            _write(key, language, text)
        audit.record_all([AuditEntry(actor, ACTION, *note) for note in changes])


def save_helpline(key: str, raw: Mapping[Cleaned, str], *, actor: str, seen: int | None = None) -> str:
    """Add a helpline (no key) or change one; it counts as checked today. Its key. Raises `FieldsRefused`,
    `NotFound`, `ChangedMeanwhile`."""
    fresh = fields.clean(fields.HELPLINE, raw)
    _refuse_unreachable(fresh)
    with _turn(seen):
        entry = _entry(key) if key else None
        if entry is None and HelplineRow.objects.filter(own=True).count() >= MOST:
            raise InputRefused(Text("There are too many helplines.", "Il y a trop de services."))
        before = composing.texts_of(entry.helpline) if entry else {}
        named = key or f"own-{secrets.token_hex(4)}"
        row = HelplineRow.objects.filter(key=named).first() or HelplineRow(key=named)
        if entry is None:
            row.position = 1 + max((each.position for each in published.listed()), default=0)
        row.own = True
        for (field, language), text in fresh.items():
            setattr(row, f"{field}_{language}" if language else field, text)
        row.checked_on, row.checked_by = now().date(), actor
        row.save()
        audit.record_all(
            [
                AuditEntry(actor, ACTION, *_note(f"{named} {field}", language, was, text))
                for (field, language), text in fresh.items()
                if (was := before.get((field, language), "")) != text
            ]
        )
    return named


def act(key: str, what: str, *, actor: str) -> None:
    """One press of a button in the list. Raises `NotFound`, `InputRefused`."""
    with _turn(None):
        entry = _entry(key)
        if what in ("up", "down"):
            _move(entry, -1 if what == "up" else 1)
        elif what == "reset":
            if entry.origin == "added":
                _refuse_first(entry)
            HelplineRow.objects.filter(key=key).delete()
        elif what in ("hide", "show"):
            if what == "hide":
                _refuse_first(entry)
            _set(key, hidden=what == "hide")
        elif what == "checked":
            _set(key, checked_on=now().date(), checked_by=actor)
        else:
            raise InputRefused(Text("Nothing was chosen.", "Rien n’a été choisi."))
        audit.record(actor, ACTION, key, what)


def replace_all(
    texts: Mapping[Cleaned, str], rows: Mapping[str, Mapping[str, object]], *, actor: str
) -> None:
    """Everything that is otherwise here, anew, from a file. Raises `FieldsRefused`, `InputRefused`."""
    fresh = fields.clean(fields.FIELDS, texts)
    _refuse_hours_without_a_place(fresh)
    _refuse_audit_without_a_result(fresh)
    made = [_from_file(key, values) for key, values in rows.items()]
    with _turn(None):
        PageText.objects.all().delete()
        HelplineRow.objects.all().delete()
        for (key, language), text in fresh.items():
            _write(key, language, text)
        HelplineRow.objects.bulk_create(made)
        _refuse_unknown_first(fresh)
        audit.record(actor, ACTION, "all of a file")


def history(most: int = 50) -> list[AuditRow]:
    """The newest changes."""
    return list(AuditRow.objects.filter(action=ACTION).order_by("-sequence")[:most])


@contextmanager
def _turn(seen: int | None) -> Iterator[None]:
    with transaction.atomic():
        Revision.objects.get_or_create(pk=1)
        revision = Revision.objects.select_for_update().get(pk=1)
        if seen is not None and revision.number != seen:
            raise ChangedMeanwhile
        yield
        Revision.objects.filter(pk=1).update(number=F("number") + 1)
        transaction.on_commit(published.refresh)


def _write(key: str, language: str, text: str) -> None:
    if text:
        PageText.objects.update_or_create(key=key, language=language, defaults={"text": text})
    else:
        PageText.objects.filter(key=key, language=language).delete()


def _note(key: str, language: str, before: str, after: str) -> tuple[str, str]:
    """What was changed, and how, where that fits; of long texts only that they were."""
    subject = f"{key} ({language})" if language else key
    if max(len(before), len(after)) > _LONG or "\n" in before + after:
        return subject, "…" if after else "–"
    return subject, f"{before or '–'} → {after or '–'}"


def _entry(key: str) -> Entry:
    found = next((entry for entry in published.listed() if entry.helpline.key == key), None)
    if found is None:
        raise NotFound
    return found


def _set(key: str, **values: object) -> None:
    """Write into the row of a helpline, made where there is none."""
    HelplineRow.objects.update_or_create(key=key, defaults=values)


def _move(entry: Entry, by: int) -> None:
    beside = [each for each in published.listed() if each.helpline.place == entry.helpline.place]
    at = next(i for i, each in enumerate(beside) if each.helpline.key == entry.helpline.key)
    to = at + by
    if not 0 <= to < len(beside):
        return
    beside[at], beside[to] = beside[to], beside[at]
    for number, each in enumerate(beside, start=1):
        _set(each.helpline.key, position=number * composing.STEP)


def _refuse_first(entry: Entry) -> None:
    if entry.first_for:
        raise InputRefused(
            Text("The pages name this helpline first.", "Les pages nomment ce service en premier."),
            Text("Choose another to be named first before.", "Choisissez-en d’abord un autre."),
        )


def _refuse_unknown_first(fresh: Mapping[Cleaned, str]) -> None:
    chosen = {role: fresh.get((f"first.{role}", ""), "") for role in FIRST}
    if not any(chosen.values()):
        return
    shown = {entry.helpline.key for entry in published.listed() if not entry.hidden}
    wrong: dict[Cleaned, Text] = {
        (f"first.{role}", ""): Text("Choose one that is shown.", "Choisissez-en un qui est affiché.")
        for role, key in chosen.items()
        if key and key not in shown
    }
    if wrong:
        raise FieldsRefused(wrong)


def _refuse_hours_without_a_place(fresh: Mapping[Cleaned, str]) -> None:
    if any(fresh.get((day, "")) for day in fields.DAYS) and not fresh.get(("zone", "")):
        raise FieldsRefused({("zone", ""): fields.FIELDS["zone"].form})


def _refuse_audit_without_a_result(fresh: Mapping[Cleaned, str]) -> None:
    """Nobody may call their pages compliant who does not say which audit found it."""
    if fresh.get(("access.audit", "")) and not any(
        fresh.get(("access.result", each)) for each in ("en", "fr")
    ):
        raise FieldsRefused({("access.result", each): _AUDITED for each in ("en", "fr")})


def _refuse_unreachable(fresh: Mapping[Cleaned, str]) -> None:
    wrong: dict[Cleaned, Text] = {}
    if not fresh.get(("name", "en")) and not fresh.get(("name", "fr")):
        wrong["name", "en"] = Text("A name is needed.", "Il faut un nom.")
    if not fresh.get(("number", "")) and not fresh.get(("address", "")):
        wrong["number", ""] = _REACHED
    if not fresh.get(("place", "")):
        wrong["place", ""] = fields.HELPLINE["place"].form
    if wrong:
        raise FieldsRefused(wrong)


def _from_file(key: str, values: Mapping[str, object]) -> HelplineRow:
    own = bool(values.get("own"))
    row = HelplineRow(key=fields.FIELDS["first.minors"].taken(key), own=own)
    if not own and key not in BY_KEY:
        raise InputRefused(
            Text(f"No helpline that ships is called {key}.", f"Aucun service fourni ne s’appelle {key}.")
        )
    row.hidden = bool(values.get("hidden"))
    position = values.get("position")
    row.position = position if isinstance(position, int) else None
    checked_on = values.get("checked_on")
    row.checked_on = checked_on if isinstance(checked_on, date) else None
    row.checked_by = str(values.get("checked_by") or "")[:60]
    if own:
        raw = {
            place: str(values.get(f"{place[0]}_{place[1]}" if place[1] else place[0]) or "")
            for place in fields.places_of(fields.HELPLINE)
        }
        fresh = fields.clean(fields.HELPLINE, raw)
        _refuse_unreachable(fresh)
        for (field, language), text in fresh.items():
            setattr(row, f"{field}_{language}" if language else field, text)
    return row
