"""What a platform wants done, as data.

In: a JSON document, strictly parsed, or the default. Out: `Policy`, and `judge`, which applies it. Next:
`inspect`. Pure: no framework, no network, no clock.

    {"version": 1,
     "dry_run": false,
     "rules": [
       {"name": "disputed", "when": {"state": ["disputed"]}, "then": "review"},
       {"name": "known", "when": {"tier": ["exact", "standard", "orientation", "altered"]}, "then": "block"},
       {"name": "look", "when": {}, "then": "review"}],
     "undecided": {"default": "review", "doors": {"bare": "allow"}}}

A rule fits when every condition it names holds; `confirmations` means "at least". Evidence that no rule fits
is reviewed, never silently allowed. A rule may have its own `"dry_run": true`.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal, cast

from repit.foundation.errors import SettingsRefused, Text
from repit.gate.verdict import (
    NO_MATCH,
    NOT_A_PICTURE,
    NOTHING_KNOWN,
    OUTCOMES,
    TIERS,
    UNDECIDED,
    Evidence,
    Outcome,
    Ruling,
    Undecided,
    Verdict,
    explained,
    pronounced,
    strictest,
)

VERSION: Final = 1
NO_RULE: Final = "no-rule-fits"
_RESERVED: Final = (NO_MATCH, NOT_A_PICTURE, UNDECIDED, NO_RULE)
_CONDITIONS: Final = ("tier", "origin", "kind", "media", "state", "door")

Condition = Literal["tier", "origin", "kind", "media", "state", "door"]


class PolicyRefused(SettingsRefused):
    """A policy that is not going to be applied; `where` leads to the part that is wrong."""

    code = "policy-refused"

    def __init__(self, where: str, en: str, fr: str) -> None:
        self.where = where
        super().__init__(
            Text(f"The policy is wrong at {where}: {en}.", f"La politique est fausse à {where} : {fr}."),
            Text("Compare it with docs/en/policy.md.", "Comparez-la avec docs/fr/policy.md."),
        )


class PolicyNotJson(PolicyRefused):
    code = "policy-not-json"


class PolicyUnknownField(PolicyRefused):
    """A field nobody reads: a misspelt condition would otherwise widen a rule."""

    code = "policy-unknown-field"


class PolicyWrongValue(PolicyRefused):
    code = "policy-wrong-value"


@dataclass(frozen=True, slots=True)
class Rule:
    """Conditions, all of which must hold (an empty set stands for any value), and what follows."""

    name: str
    then: Outcome
    when: Mapping[Condition, frozenset[str]] = field(default_factory=dict)
    confirmations: int = 0
    dry_run: bool = False

    def fits(self, evidence: Evidence, door: str) -> bool:
        """Whether this rule speaks to this evidence at this door."""
        if evidence.confirmations < self.confirmations:
            return False
        return all(
            (door if condition == "door" else getattr(evidence, condition)) in allowed
            for condition, allowed in self.when.items()
        )


@dataclass(frozen=True, slots=True)
class Policy:
    """Rules in their order; what happens, door by door, when the gate cannot decide."""

    rules: tuple[Rule, ...]
    undecided: Outcome = "review"
    undecided_doors: Mapping[str, Outcome] = field(default_factory=dict)
    dry_run: bool = False


def default_policy(
    undecided: Outcome = "review", undecided_doors: Mapping[str, Outcome] | None = None
) -> Policy:
    """What a gate does that nobody configured: known pictures are refused, doubtful ones looked at."""
    strong = frozenset({"exact", "standard", "orientation", "altered"})
    return Policy(
        rules=(
            Rule("disputed", "review", {"state": frozenset({"disputed"})}),
            Rule("known", "block", {"tier": strong}),
            Rule("possible", "review"),
        ),
        undecided=undecided,
        undecided_doors=undecided_doors or {},
    )


def judge(policy: Policy, door: str, seen: Sequence[Evidence] | Undecided) -> Verdict:
    """Apply the policy to what was found, or to not having been able to look."""
    if isinstance(seen, Undecided):
        outcome = policy.undecided_doors.get(door, policy.undecided)
        return pronounced(Ruling(outcome, UNDECIDED, policy.dry_run), seen.text, (), seen.reason)
    if not seen:
        return Verdict("allow", NO_MATCH, NOTHING_KNOWN)
    ordered = sorted(seen, key=lambda e: (TIERS.index(e.tier), e.distance or 0, e.item))
    rulings = [_ruling(policy, door, evidence) for evidence in ordered]
    chosen = strictest(rulings)
    return pronounced(rulings[chosen], explained(ordered[chosen]), tuple(ordered), None)


def _ruling(policy: Policy, door: str, evidence: Evidence) -> Ruling:
    for rule in policy.rules:
        if rule.fits(evidence, door):
            return Ruling(rule.then, rule.name, rule.dry_run or policy.dry_run)
    return Ruling("review", NO_RULE, policy.dry_run)


# --- from JSON ----------------------------------------------------------------------------------------------


def parse_policy(raw: bytes | str) -> Policy:
    """Read a policy. Raises `PolicyNotJson`, `PolicyUnknownField`, `PolicyWrongValue`."""
    try:
        document = json.loads(raw)
    except (ValueError, RecursionError):
        raise PolicyNotJson("the document", "it is not JSON", "ce n'est pas du JSON") from None
    source = _object(document, "the document", ("version", "dry_run", "rules", "undecided"))
    if source.get("version") != VERSION or isinstance(source.get("version"), bool):
        raise PolicyWrongValue("version", f"only {VERSION} is read", f"seule la version {VERSION} est lue")
    rules = source.get("rules")
    if not isinstance(rules, list):
        raise PolicyWrongValue("rules", "a list is needed", "il faut une liste")
    parsed = tuple(_rule(rule, f"rules[{position}]") for position, rule in enumerate(rules))
    names = [rule.name for rule in parsed]
    if len(set(names)) != len(names):
        raise PolicyWrongValue("rules", "two rules share a name", "deux règles portent le même nom")
    undecided = _object(source.get("undecided", {}), "undecided", ("default", "doors"))
    doors = undecided.get("doors", {})
    if not isinstance(doors, dict):
        raise PolicyWrongValue("undecided.doors", "an object is needed", "il faut un objet")
    return Policy(
        rules=parsed,
        undecided=_outcome(undecided.get("default", "review"), "undecided.default"),
        undecided_doors={door: _outcome(value, f"undecided.doors.{door}") for door, value in doors.items()},
        dry_run=_yes_or_no(source.get("dry_run", False), "dry_run"),
    )


def _rule(value: Any, where: str) -> Rule:
    source = _object(value, where, ("name", "when", "then", "dry_run"))
    name = source.get("name")
    if not isinstance(name, str) or not 0 < len(name) <= 60 or name in _RESERVED:
        raise PolicyWrongValue(f"{where}.name", "a name of its own is needed", "il faut un nom propre")
    when = _object(source.get("when", {}), f"{where}.when", (*_CONDITIONS, "confirmations"))
    confirmations = when.get("confirmations", 0)
    if not isinstance(confirmations, int) or isinstance(confirmations, bool) or confirmations < 0:
        raise PolicyWrongValue(
            f"{where}.when.confirmations", "a whole number is needed", "il faut un nombre entier"
        )
    conditions = {
        cast("Condition", name): _values(value, f"{where}.when.{name}", TIERS if name == "tier" else None)
        for name, value in when.items()
        if name != "confirmations"
    }
    then = _outcome(source.get("then"), f"{where}.then")
    return Rule(
        name, then, conditions, confirmations, _yes_or_no(source.get("dry_run", False), f"{where}.dry_run")
    )


def _object(value: Any, where: str, known: tuple[str, ...]) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise PolicyWrongValue(where, "an object is needed", "il faut un objet")
    for name in value:
        if name not in known:
            raise PolicyUnknownField(f"{where}.{name}", "this field is not known", "ce champ est inconnu")
    return value


def _values(value: Any, where: str, known: tuple[str, ...] | None) -> frozenset[str]:
    if not isinstance(value, list) or not value or not all(isinstance(one, str) for one in value):
        raise PolicyWrongValue(where, "a list of words is needed", "il faut une liste de mots")
    if known is not None and not set(value) <= set(known):
        raise PolicyWrongValue(
            where, f"the words are {', '.join(known)}", f"les mots sont {', '.join(known)}"
        )
    return frozenset(value)


def _outcome(value: Any, where: str) -> Outcome:
    for outcome in OUTCOMES:
        if value == outcome:
            return outcome
    raise PolicyWrongValue(where, "allow, review or block is needed", "il faut allow, review ou block")


def _yes_or_no(value: Any, where: str) -> bool:
    if not isinstance(value, bool):
        raise PolicyWrongValue(where, "true or false is needed", "il faut true ou false")
    return value
