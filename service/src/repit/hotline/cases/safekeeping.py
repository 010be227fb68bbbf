"""What cases have to say about backups: their keys, and what was erased since one was made.

In: rows that were put back. Out: cases whose keys are gone, gone too. Next: `foundation.backups`.
"""

from contextlib import suppress
from pathlib import Path
from typing import Final

from django.conf import settings

from repit.foundation.backups.parts import KeyFolder, Part
from repit.foundation.errors import SettingsRefused, Text
from repit.hotline.cases import closing, key_file, vault, waiting_desk


def _catch_up() -> None:
    with suppress(SettingsRefused):  # the keys are lost for good: `repit case-keys give-up` comes next
        closing.finish_erasures()


PART: Final = Part(
    left_out=("cases.session",),
    keys=(
        KeyFolder(
            "case-keys",
            lambda: Path(settings.REPIT_CASE_KEYS),
            (vault.FILE, waiting_desk.FILE),
            key_file.check,
            Text("the case keys", "les clés des dossiers"),
            may_be_lost=True,
        ),
    ),
    catch_up=_catch_up,
)
