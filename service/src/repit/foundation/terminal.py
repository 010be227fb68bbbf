"""Words for the person at the terminal.

In: a text in both languages. Out: one line on standard output. Next: `repit.cli` and the commands it joins.
"""

import os

from repit.foundation.errors import Text


def language() -> str:
    """`REPIT_LANGUAGE`, else the terminal's, else English."""
    chosen = os.environ.get("REPIT_LANGUAGE") or os.environ.get("LC_ALL") or os.environ.get("LANG") or "en"
    return "fr" if chosen.lower().startswith("fr") else "en"


def say(text: Text) -> None:
    """One line for the person at the terminal."""
    print(text.in_language(language()), flush=True)  # noqa: T201 - this is what prints


def put(line: str) -> None:
    """One line as it is: for a program, or the same in every language."""
    print(line, flush=True)  # noqa: T201 - this is what prints
