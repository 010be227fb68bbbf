"""A decision on the terminal.

In: its number. Out: lines in the operator's language, or JSON. Next: the operator. Numbers of items are shown
here and to no sender: by them the hotline finds what somebody asks about.
"""

import json as notation
from typing import Any, Final

from repit.foundation.errors import NotFound, Text
from repit.foundation.terminal import language, say, write_json
from repit.platform.gate.models import Decision
from repit.platform.review import decision_status
from repit.platform.review.decision_status import DecisionStatus
from repit.platform.review.models import Appeal

_VERDICTS: Final = {
    "block": Text("refused by the gate", "refusé par le filtre"),
    "review": Text("sent to people by the gate", "envoyé à des personnes par le filtre"),
    "allow": Text("let through by the gate", "laissé passer par le filtre"),
}
_STATES: Final = {
    "decided": Text("nobody is asked", "personne n’est interrogé"),
    "waiting": Text("people are asked", "des personnes sont interrogées"),
    "appealed": Text("an objection is being looked at", "une contestation est en cours d’examen"),
}
_OUTCOMES: Final = {
    "refuse": Text("refused", "refusé"),
    "allow": Text("let through", "laissé passer"),
    "refer": Text("stopped, for those in charge", "arrêté, pour les responsables"),
}
_NONE: Final = Text("not decided yet", "pas encore décidé")
_GATE_ALONE: Final = Text(" by the gate alone", " par le filtre seul")
_PEOPLE: Final = Text(" by people", " par des personnes")
_NOBODY: Final = Text("", "")
_ANSWERS: Final[dict[bool | None, Text]] = {
    None: Text("not answered yet", "sans réponse encore"),
    True: Text("upheld", "admise"),
    False: Text("not upheld", "rejetée"),
}
_UNKNOWN: Final = NotFound(
    Text("No decision has this number.", "Aucune décision ne porte ce numéro."),
    Text(
        "Look it up by its time with `repit decision list`. What is older than REPIT_GATE_DECISION_DAYS is"
        " gone.",
        "Cherchez-la par son heure avec `repit decision list`. Ce qui est plus vieux que"
        " REPIT_GATE_DECISION_DAYS a été effacé.",
    ),
)


def show(number: str, *, json: bool) -> None:
    """Print it. Raises `NotFound`."""
    row = Decision.objects.filter(pk=number).first()
    if row is None:
        raise _UNKNOWN
    now = decision_status.of(row)
    if json:
        print(notation.dumps(_data(now), ensure_ascii=False, indent=2))
    else:
        _described(now)


def list_latest(channel: str, outcome: str, count: int, *, as_json: bool) -> None:
    """Print the latest, newest first: time, channel, outcome, rule, number."""
    rows = Decision.objects.order_by("-at")
    if channel:
        rows = rows.filter(channel=channel)
    if outcome:
        rows = rows.filter(outcome=outcome)
    for row in rows[:count]:
        if as_json:
            found = {"at": row.at, "channel": row.channel, "outcome": row.outcome, "rule": row.rule}
            write_json({"decision": row.name, **found})
            continue
        print(f"{row.at:%Y-%m-%d %H:%M:%S}Z  {row.channel:<10} {row.outcome:<7} {row.rule:<20} {row.name}")


def _described(now: DecisionStatus) -> None:
    row, verdict = now.decision, _VERDICTS[now.decision.outcome]
    when = f"{row.at:%Y-%m-%d %H:%M:%S} UTC"
    _line(f"{when}, channel {row.channel}: {verdict.en}.", f"{when}, canal {row.channel} : {verdict.fr}.")
    _line(f"Rule: {row.rule}.", f"Règle : {row.rule}.")
    if row.would_be:
        _line(f"A dry run: it would be {row.would_be}.", f"Essai à blanc : ce serait {row.would_be}.")
    if row.undecided:
        _line(f"Could not be looked at: {row.undecided}.", f"N'a pas pu être examiné : {row.undecided}.")
    for found in row.evidence:
        _evidence(found)
    _holds(now)
    statement = now.statement(language())
    if statement is not None:
        _line("Statement of reasons:", "Exposé des motifs :")
        parts = (statement["restriction_text"], statement["facts"], statement["source_text"])
        for part in (*parts, statement["automated_text"], statement["ground_title"], statement["redress"]):
            print(f"  {part}")
    for objection in now.objections:
        _objection(objection)


def _holds(now: DecisionStatus) -> None:
    outcome, state = _OUTCOMES[now.outcome] if now.outcome else _NONE, _STATES[now.state]
    by = _GATE_ALONE if now.automated else _PEOPLE if now.outcome else _NOBODY
    _line(
        f"Now: {outcome.en}{by.en}; {state.en}.",
        f"Maintenant : {outcome.fr}{by.fr} ; {state.fr}.",
    )
    if now.state != "decided" and now.due_at is not None:
        due = f"{now.due_at:%Y-%m-%d %H:%M} UTC"
        _line(f"People answer by {due}.", f"Réponse avant le {due}.")


def _evidence(found: dict[str, Any]) -> None:
    bits, tier = found["distance"], found["tier"]
    known = f"{found['item']} ({found['origin']}, {found['exchange']}, {found['state']})"
    if bits is None:
        _line(f"Agrees: {tier}, the same file, {known}.", f"Concorde : {tier}, le même fichier, {known}.")
    else:
        _line(
            f"Agrees: {tier}, {bits} of 256 bits differ, {known}.",
            f"Concorde : {tier}, {bits} bits sur 256 diffèrent, {known}.",
        )


def _objection(objection: Appeal) -> None:
    result = _ANSWERS[objection.upheld]
    _line(
        f"Objection {objection.number}, {result.en}: {objection.text}",
        f"Contestation {objection.number}, {result.fr} : {objection.text}",
    )
    if objection.answer:
        _line(f"  Answer: {objection.answer}", f"  Réponse : {objection.answer}")


def _line(en: str, fr: str) -> None:
    say(Text(en, fr))


def _data(now: DecisionStatus) -> dict[str, Any]:
    row = now.decision
    return {
        "decision": row.name,
        "at": row.at.isoformat(),
        "channel": row.channel,
        "verdict": row.outcome,
        "would_be": row.would_be or None,
        "rule": row.rule,
        "undecided": row.undecided or None,
        "indicators": row.indicators.split(),
        "evidence": row.evidence,
        "milliseconds": row.milliseconds,
        "sequence": row.sequence,
        "state": now.state,
        "outcome": now.outcome,
        "automated": now.automated,
        "review": None if now.review is None else now.review.name,
        "due_at": None if now.due_at is None else now.due_at.isoformat(),
        "decided_at": None if now.decided_at is None else now.decided_at.isoformat(),
        "statement": now.statement(language()),
        "objections": [
            {
                "number": objection.number,
                "at": objection.at.isoformat(),
                "text": objection.text,
                "against": objection.against,
                "answer": objection.answer,
                "upheld": objection.upheld,
                "answered_at": None if objection.answered_at is None else objection.answered_at.isoformat(),
            }
            for objection in now.objections
        ],
    }
