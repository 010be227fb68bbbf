"""Whether the bank's files of keys are there, and those that belong to this database.

In: nothing. Out: nothing, or a refusal that says what to do. Next: `foundation.process.starting` before
anything is served, `/ready` while it is.
"""

from typing import Final

from repit.foundation.errors import SealBroken, SettingsRefused, Text
from repit.hotline.bank import keys, lookups
from repit.hotline.bank.models import Item, ItemHash
from repit.hotline.bank.sealed import opened

_SOME: Final = 100
"""Of so many items one still has its keys, unless a backup is very old."""


def prove() -> None:
    """Raises `SettingsRefused`."""
    keys.make_ready()
    lookups.alive()
    some = list(Item.objects.filter(slot__isnull=False).order_by("-slot")[:_SOME])
    held = opened(some)
    for item in some:
        row = ItemHash.objects.filter(item=item, role="whole").first()
        try:
            if row is not None and held.hashes(item, [row]):
                return
        except SealBroken:
            raise SettingsRefused(_FOREIGN, _WHAT_TO_DO) from None


_FOREIGN: Final = Text(
    "The operator's key, or the folder of the bank's keys, is not the one that belongs to this database.",
    "La clé de l'opérateur, ou le dossier des clés de la banque, n'est pas celui de cette base.",
)
_WHAT_TO_DO: Final = Text(
    "Put back the ones that were in use with it (REPIT_OPERATOR_KEY, REPIT_BANK_KEYS).",
    "Remettez ceux qui servaient avec elle (REPIT_OPERATOR_KEY, REPIT_BANK_KEYS).",
)
