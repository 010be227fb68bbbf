"""Whether the bank's files of keys are there, and those that belong to this database.

In: nothing. Out: nothing, or a refusal that says what to do. Next: `foundation.process.starting` before
anything is served, `/ready` while it is.

One item that opens proves the keys, however many others are damaged or were sealed under somebody else's:
those are left out of what is served, and told of (`unreadable`). That nothing opens proves the contrary.
"""

from collections.abc import Sequence
from typing import Final

from repit.foundation.errors import SettingsRefused, Text, Unavailable
from repit.hotline.bank import keys, lookups
from repit.hotline.bank.models import Item, ItemHash
from repit.hotline.bank.sealed import Opened, opened
from repit.hotline.bank.states import LIVE

_TOGETHER: Final = 100
"""Of so many items one still has its keys, unless a backup is very old."""
_MOST: Final = 20_000
"""Looked at before it is said that nothing opens."""


class KeysForeign(SettingsRefused):
    """Nothing in the bank opens with these keys."""

    code = "keys-foreign"

    message = Text(
        "The operator’s key, or the folder of the bank’s keys, is not the one that belongs to this database.",
        "La clé de l’opérateur, ou le dossier des clés de la banque, n’est pas celui de cette base.",
    )
    next_step = Text(
        "Put back the ones that were in use with it (REPIT_OPERATOR_KEY, REPIT_BANK_KEYS). If they are lost"
        " for good: `repit bank list --unreadable`, then `repit bank erase`.",
        "Remettez ceux qui servaient avec elle (REPIT_OPERATOR_KEY, REPIT_BANK_KEYS). S’ils sont perdus pour"
        " de bon : `repit bank list --unreadable`, puis `repit bank erase`.",
    )


def prove() -> None:
    """Raises `SettingsRefused`."""
    try:
        keys.make_ready()
    except SettingsRefused as refused:
        raise KeysForeign(refused.message, refused.next_step) from None
    lookups.alive()
    newest = list(Item.objects.filter(slot__isnull=False).order_by("-slot")[:_TOGETHER])
    found = _opens(newest)
    if found is None:
        keys.reach_everything()
        return
    if found:
        return
    if keys.missing(newest):
        # An older copy of the file than the database: none of the newest keys is in it.
        try:
            keys.reach_everything()
        except SettingsRefused as refused:
            raise KeysForeign(refused.message, refused.next_step) from None
    tried, after = len(newest), 0
    while tried < _MOST and not found:
        held = Item.objects.filter(slot__isnull=False, state__in=LIVE, pk__gt=after).order_by("pk")
        some = list(held[:_TOGETHER])
        if not some:
            break
        found, tried, after = bool(_opens(some)), tried + len(some), some[-1].pk
    if not found:
        raise KeysForeign


def sure(held: Opened) -> None:
    """Where nothing of what was just read opened, make sure that the keys are ours before anything follows
    from it: a folder of keys that was exchanged must not look like a bank of which nothing is left. Raises
    `Unavailable`."""
    if held.nothing_opened:
        try:
            prove()
        except SettingsRefused as refused:
            raise Unavailable(refused.message, refused.next_step) from None


def _opens(items: Sequence[Item]) -> bool | None:
    """Whether any of these opens; None where none of them has anything to try."""
    held, found = opened(items), None
    for item in items:
        row = ItemHash.objects.filter(item=item, role="whole").first()
        opens = None if row is None else held.opens(item, row)
        if opens:
            return True
        found = found if opens is None else False
    return found
