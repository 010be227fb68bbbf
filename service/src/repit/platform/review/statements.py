"""Statements of reasons.

In: a decided review, the ground, the moderator's words; or what the gate refused alone. Out: a row with the
fields of article 17(3) of Regulation (EU) 2022/2065, or the same as data for the platform. Next: the platform
sends it to whoever made the upload; `reports` counts them.

What the gate refuses by itself has its statement at once, made from the recorded decision, and says that no
person has decided (article 17(3)(c)). The ways of redress (article 17(3)(f)) are the same for all and stand
in the text. Nothing in a statement says whose picture it is, or who asked for it to be kept away.
"""

from datetime import datetime
from typing import Any, Final

from typing_extensions import TypedDict

from repit.foundation.clock import now
from repit.foundation.errors import Text
from repit.platform.gate.models import Decision
from repit.platform.gate.verdict import Evidence, explained
from repit.platform.review import grounds
from repit.platform.review.models import Review, Statement

RESTRICTION: Final = "not-published"
_REDRESS: Final = Text(
    "You may object to us within six months, free of charge; a person who did not take this decision answers."
    " You may also turn to a certified out-of-court dispute settlement body, or to a court.",
    "Vous pouvez contester auprès de nous pendant six mois, sans frais ; une personne qui n’a pas pris cette"
    " décision vous répond. Vous pouvez aussi saisir un organe certifié de règlement extrajudiciaire des"
    " litiges, ou un tribunal.",
)
_RESTRICTIONS: Final = {
    RESTRICTION: Text("The upload is not published.", "L’envoi n’est pas publié."),
}
_SOURCES: Final = {
    "notice": Text(
        "It agrees with something that someone concerned asked us to keep away.",
        "Il concorde avec un contenu qu’une personne concernée a demandé de ne pas publier.",
    ),
    "own": Text("We check uploads of our own accord.", "Nous contrôlons les envois de notre propre chef."),
}
_BY_PEOPLE: Final = Text(
    "A program found it; people decided.", "Un programme l’a trouvé ; des personnes ont décidé."
)
_BY_GATE: Final = Text(
    "A program found it and decided; no person has looked at it yet.",
    "Un programme l’a trouvé et a décidé ; personne ne l’a encore regardé.",
)
_NOTHING_KNOWN: Final = Text("A person looked at the upload.", "Une personne a examiné l’envoi.")
_NOT_SEEN: Final = Text(
    "The file could not be checked ({reason}).", "Le fichier n’a pas pu être contrôlé ({reason})."
)


class Shown(TypedDict):
    """Every field of a statement, with its words in one language; moments in ISO 8601."""

    restriction: str
    restriction_text: str
    territorial_scope: str | None
    until: str | None
    facts: str
    source: str
    source_text: str
    automated_detection: bool
    automated_decision: bool
    automated_text: str
    ground: str
    ground_kind: str | None
    ground_title: str | None
    ground_text: str | None
    redress: str
    made_at: str


def write(review: Review, ground: str, why: str) -> Statement:
    """The statement of a refusal by people, in place of any before."""
    row = _of(review.decision, ground, why, now())
    return Statement.objects.update_or_create(review=review, defaults=row)[0]


def drop(review: Review) -> None:
    """A refusal that is taken back has no statement."""
    Statement.objects.filter(review=review).delete()


def shown(statement: Statement, language: str | None) -> Shown:
    """Every field, in words."""
    return _shown(statement, statement.review.decision, language)


def of_gate(decision: Decision, language: str | None) -> Shown:
    """The same of what the gate alone refused. Raises `SettingsRefused`."""
    ground = grounds.of_gate("known" if decision.tier else "undecided")
    row = {**_of(decision, ground.code, "", decision.at), "automated_decision": True}
    return _shown(Statement(**row), decision, language)


def _of(decision: Decision, ground: str, why: str, at: datetime) -> dict[str, Any]:
    return {
        "restriction": RESTRICTION,
        "scope": "",
        "until": None,
        "facts": why,
        "source": "notice" if decision.item else "own",
        "automated_detection": True,
        "automated_decision": False,
        "ground": ground,
        "made_at": at,
    }


def _shown(statement: Statement, decision: Decision, language: str | None) -> Shown:
    ground = grounds.named(statement.ground)
    parts = [_found(decision, statement).in_language(language)]
    if statement.facts:
        parts.append(statement.facts)
    automated = _BY_GATE if statement.automated_decision else _BY_PEOPLE
    return {
        "restriction": statement.restriction,
        "restriction_text": _RESTRICTIONS[statement.restriction].in_language(language),
        "territorial_scope": statement.scope or None,
        "until": None if statement.until is None else statement.until.isoformat(),
        "facts": " ".join(parts),
        "source": statement.source,
        "source_text": _SOURCES[statement.source].in_language(language),
        "automated_detection": statement.automated_detection,
        "automated_decision": statement.automated_decision,
        "automated_text": automated.in_language(language),
        "ground": statement.ground,
        "ground_kind": ground.kind if ground else None,
        "ground_title": ground.title.in_language(language) if ground else None,
        "ground_text": ground.text.in_language(language) if ground else None,
        "redress": _REDRESS.in_language(language),
        "made_at": statement.made_at.isoformat(),
    }


def _found(decision: Decision, statement: Statement) -> Text:
    if not decision.tier:
        if not statement.automated_decision:
            return _NOTHING_KNOWN
        reason = decision.undecided or decision.rule
        return Text(_NOT_SEEN.en.format(reason=reason), _NOT_SEEN.fr.format(reason=reason))
    evidence = Evidence(
        "",
        "",
        decision.kind,
        "picture",
        "active",
        1,
        decision.tier,  # type: ignore[arg-type] # a column of text
        decision.distance,
        decision.turned or None,
    )
    return explained(evidence)
