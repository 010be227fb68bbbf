"""What the bank has to say about backups: its keys, and what was withdrawn since one was made.

In: rows that were put back. Out: the feed numbered beyond what anyone has heard; what lost its keys withdrawn
anew. Next: `foundation.backups`.
"""

from pathlib import Path
from typing import Final

from django.conf import settings
from django.db.models import F

from repit.foundation.backups.parts import KeyFolder, Part
from repit.foundation.errors import Text
from repit.hotline.bank import erasing, keys, proving, turning
from repit.hotline.bank.models import Feed

LEAP: Final = 2**32
"""Further than any feed comes between a backup and its restore; two million restores fit into the number."""


def _leap() -> None:
    """Number on from beyond what was lost.

    A subscriber may have heard changes that are not in the backup. Were their numbers given out again, it
    would take later changes for those that it knows. So no number after the backup's last is used twice:
    whoever asks for what follows meets a gap, and takes a snapshot, as the protocol has it.
    """
    Feed.objects.update(sequence=F("sequence") + LEAP)


def _catch_up() -> None:
    """What was withdrawn or destroyed since the backup was made goes again, whoever reads first."""
    erasing.lost()
    if turning.begin_if_due():
        while turning.carry_over():
            pass


PART: Final = Part(
    there_at_once=("bank.feed",),
    keys=(
        KeyFolder(
            "bank-keys",
            lambda: Path(settings.REPIT_BANK_KEYS),
            keys.FILES,
            proving.prove,
            Text("the bank’s keys", "les clés de la banque"),
        ),
    ),
    settle=_leap,
    catch_up=_catch_up,
)
