"""The pages that show what is printed for each fault: docs/en/faults.md and docs/fr/faults.md.

In: what was said of each fault. Out: a page in each language. Next: an operator; a test holds the pages to
what is really printed.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from drills.faults.known import DATABASES, GATES, KEYS, SETTINGS, WORDS, Fault
from drills.faults.live import known as live
from drills.faults.live.known import LiveFault
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
    "Each of these was done to an installation; the words are what it said. `make drill NAME=faults` writes"
    " this page anew, and a test holds it to the program. What a command refuses stands first: in every such"
    " case nothing was changed, and the exit code is 1. [What goes wrong while it"
    " runs](#while-it-runs-a-platforms-gate) stands below.",
    "Chacune de ces fautes a été commise sur une installation ; les mots sont ceux qu'elle a dits. `make"
    " drill NAME=faults` réécrit cette page, et un test la compare au programme. D'abord, ce qu'une commande"
    " refuse : rien n'est alors modifié, et le code de sortie est 1. [Ce qui se dérègle en"
    " marche](#en-marche--le-filtre-dune-plateforme) vient ensuite.",
)
_HEADS: Final = Text("| What was done | Typed | It says |", "| Ce qui a été fait | Tapé | Réponse |")


def row(fault: Fault, stated: str, language: str) -> str:
    """A line of the table; `said`: both sentences."""
    typed = " ".join(("repit", *(fault.words or ("hotline",))))
    sentences = " ".join(stated.strip().splitlines()).replace("|", "\\|")
    return f"| {fault.name.in_language(language)} | `{typed}` | {sentences} |"


_LIVE: Final[tuple[tuple[Text, Sequence[LiveFault]], ...]] = (
    (Text("While it runs: a platform's gate", "En marche : le filtre d'une plateforme"), live.GATE),
    (Text("While it runs: a hotline", "En marche : une plateforme d'aide"), live.HOTLINE),
    (
        Text("While it runs: a hotline on PostgreSQL", "En marche : une plateforme d'aide sur PostgreSQL"),
        live.POSTGRESQL,
    ),
)
_LIVE_INTRODUCTION: Final = Text(
    "Each of these was done to a service that ran and was well. It says so at `/ready`"
    " ([operators.md](operators.md#what-tells-you-that-a-person-is-needed)) and to whoever is to be told; no"
    " traceback stands in its log. Once mended, all is well again without a restart, except where the last"
    " column asks for one.",
    "Chacune de ces pannes a été causée à un service qui tournait bien. Il le dit à `/ready`"
    " ([operators.md](operators.md#ce-qui-vous-dit-quon-a-besoin-de-quelquun)) et à qui doit être prévenu ;"
    " son journal ne contient aucune trace d'exécution. Une fois la panne réparée, tout reprend sans"
    " redémarrage, sauf là où la dernière colonne en demande un.",
)
_LIVE_HEADS: Final = Text(
    "| What happened | Code | It says | Meanwhile | Once mended |",
    "| Ce qui est arrivé | Code | Réponse | Pendant ce temps | Une fois réparé |",
)
_BY_ITSELF: Final = Text("well again by itself", "tout reprend seul")
_AFTER_A_RESTART: Final = Text("well again after a restart", "tout reprend après un redémarrage")


def live_row(fault: LiveFault, stated: str, language: str) -> str:
    """A line of the tables of what goes wrong while it runs."""
    then = _AFTER_A_RESTART if fault.restart is not None or fault.answered else _BY_ITSELF
    cells = (
        fault.name.in_language(language),
        f"`{fault.code}`",
        stated.replace("|", "\\|"),
        fault.meanwhile.value.in_language(language),
        then.in_language(language),
    )
    return f"| {' | '.join(cells)} |"


def page(stated: Mapping[Fault, str], lived: Mapping[LiveFault, str], language: str) -> str:
    """The whole page in a language."""
    lines = [f"# {_TITLE.in_language(language)}", "", _INTRODUCTION.in_language(language)]
    for title, faults in _PARTS:
        lines += ["", f"## {title.in_language(language)}", "", _HEADS.in_language(language), "|---|---|---|"]
        lines += [row(fault, stated[fault], language) for fault in faults]
    for number, (title, faults_of_life) in enumerate(_LIVE):
        lines += ["", f"## {title.in_language(language)}", ""]
        if not number:
            lines += [_LIVE_INTRODUCTION.in_language(language), ""]
        lines += [_LIVE_HEADS.in_language(language), "|---|---|---|---|---|"]
        lines += [live_row(fault, lived[fault], language) for fault in faults_of_life]
    return "\n".join([*lines, ""])


def file_of(language: str) -> Path:
    """Where the page lies."""
    return ROOT / "docs" / language / "faults.md"
