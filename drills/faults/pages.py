"""The pages that show what is printed for each fault: docs/en/faults.md and docs/fr/faults.md.

In: what was said of each fault. Out: a page in each language. Next: an operator; a test holds the pages to
what is really printed.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from drills.faults.known import DATABASES, GATES, KEYS, SETTINGS, WORDS, Fault
from repit.foundation.errors import Text

ROOT: Final = Path(__file__).resolve().parents[2]
LANGUAGES: Final = ("en", "fr")
_PARTS: Final[tuple[tuple[Text, Sequence[Fault]], ...]] = (
    (Text("Settings and places", "Réglages et emplacements"), SETTINGS),
    (Text("Keys", "Clés"), KEYS),
    (Text("The database", "La base de données"), DATABASES),
    (Text("A platform's gate", "Le filtre d'une plateforme"), GATES),
    (Text("Names that there are not", "Noms qui n'existent pas"), WORDS),
)
_TITLE: Final = Text("What it says when something is wrong", "Ce que dit Répit quand quelque chose ne va pas")
_INTRODUCTION: Final = Text(
    "Each of these was done to an installation, and the command typed after it; the words are what it"
    " printed. `make drill NAME=faults` writes this page anew, and a test holds it to the program. In every"
    " case nothing was changed, and the exit code is 1. What a running service says of itself stands at"
    " `/ready` ([operators.md](operators.md)).",
    "Chacune de ces fautes a été commise sur une installation, puis la commande tapée ; les mots sont ceux"
    " qu'elle a affichés. `make drill NAME=faults` réécrit cette page, et un test la compare au programme."
    " Dans tous les cas rien n'a été modifié, et le code de sortie est 1. Ce qu'un service en marche dit de"
    " lui-même se trouve à `/ready` ([operators.md](operators.md)).",
)
_HEADS: Final = Text("| What was done | Typed | It says |", "| Ce qui a été fait | Tapé | Réponse |")


def row(fault: Fault, stated: str, language: str) -> str:
    """A line of the table; `said`: both sentences."""
    typed = " ".join(("repit", *(fault.words or ("hotline",))))
    sentences = " ".join(stated.strip().splitlines()).replace("|", "\\|")
    return f"| {fault.name.in_language(language)} | `{typed}` | {sentences} |"


def page(stated: Mapping[Fault, str], language: str) -> str:
    """The whole page in a language."""
    lines = [f"# {_TITLE.in_language(language)}", "", _INTRODUCTION.in_language(language)]
    for title, faults in _PARTS:
        lines += ["", f"## {title.in_language(language)}", "", _HEADS.in_language(language), "|---|---|---|"]
        lines += [row(fault, stated[fault], language) for fault in faults]
    return "\n".join([*lines, ""])


def file_of(language: str) -> Path:
    """Where the page lies."""
    return ROOT / "docs" / language / "faults.md"
