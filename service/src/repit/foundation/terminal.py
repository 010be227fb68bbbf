"""Words for the person at the terminal.

In: a text in both languages. Out: one line on standard output, or beside it. Next: `repit.cli` and the
commands it joins.
"""

import os
import sys

from repit.foundation.errors import Text

_spoken = ""


def language() -> str:
    """`REPIT_LANGUAGE`, else the installation's, else the terminal's, else English."""
    chosen = (
        os.environ.get("REPIT_LANGUAGE")
        or _spoken
        or os.environ.get("LC_ALL")
        or os.environ.get("LANG")
        or "en"
    )
    return "fr" if chosen.lower().startswith("fr") else "en"


def speak(installations: str) -> None:
    """From here on the language of the installation, unless the environment names one."""
    global _spoken  # noqa: PLW0603 - one terminal, one language
    _spoken = installations


def say(text: Text) -> None:
    """One line for the person at the terminal."""
    print(text.in_language(language()), flush=True)  # noqa: T201 - this is what prints


def aside(text: Text) -> None:
    """One line on standard error: for the person, not for the program that reads the output."""
    print(text.in_language(language()), file=sys.stderr, flush=True)  # noqa: T201 - this is what prints
