"""What the boxes for a receipt's words need on the device: two scripts, and what they say.

In: the lists of words. Out: the script that holds them, as it is committed; texts in the language in force.
Next: `templatetags.entry`; `tools/receipt_words.py`, which writes the script anew.

The lists come as a script because the pages' policy lets no script ask for anything once the page is loaded.
They are the same for everyone and say nothing of any case.
"""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from django.utils.translation import gettext as _

from repit.hotline.cases import words
from repit.hotline.web.case_pages.device import File

FOLDER: Final = Path(__file__).parent / "static" / "case_pages"
LISTS, BOXES = "receipt-words.js", "receipt-entry.js"
_HEAD: Final = """\
// The words that may stand in a receipt, and those that did once, in both languages. Written by
// tools/receipt_words.py from hotline/cases/words_*.txt; a test holds them equal. They are public: nothing
// here says which words open anything.
"""


@dataclass(frozen=True, slots=True)
class Script(File):
    """A script beside the pages' style sheet."""

    @property
    def static(self) -> str:
        return f"case_pages/{self.name}"


def lists() -> str:
    """The script with the lists, as it must stand in its file."""
    held = {
        language: {"listed": " ".join(words.listed(language)), "retired": " ".join(words.retired(language))}
        for language in words.LANGUAGES
    }
    return f'{_HEAD}"use strict";\nglobalThis.receiptWords = {json.dumps(held, indent=2)};\n'


@cache
def files() -> tuple[Script, ...]:
    """Read once, in the order in which they run."""
    return tuple(Script(name, (FOLDER / name).read_text(encoding="utf-8")) for name in (LISTS, BOXES))


def texts() -> dict[str, str]:
    """What the boxes say. `{at}`, `{meant}`, `{count}`, `{missing}` are filled by the script."""
    return {
        "legend": _("The eight words"),
        "hint": _("A space takes you to the next box. You can also paste all the words at once."),
        "word": _("Word {at}"),
        "unknown": _("Word {at} is not in the list."),
        "meant": _("Word {at} is not in the list. Did you mean “{meant}”?"),
        "not-listed": _("Not in the list."),
        "empty": _("Missing."),
        "take": _("Put “{meant}”"),
        "missing": _("Word {at} is missing."),
        "count": _("{count} of 8 words so far."),
        "all": _("All eight words are in the list."),
        "too-few": _("There are {count} words; there must be eight. {missing}"),
        "too-many": _("There are {count} words; there must be eight."),
        "characters": _("I have the sixteen characters instead"),
        "words": _("Type the eight words instead"),
    }
