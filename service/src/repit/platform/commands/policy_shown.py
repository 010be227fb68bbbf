"""What a policy says, as tables on a terminal.

In: a file, or nothing for what a gate does by default; an item as it may be known. Out: lines and tables, or
where the file is wrong. Next: `policy`.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.table import Table

from repit.foundation.errors import Text
from repit.platform.gate.policy import Policy, Rule, SignalRule, default_policy, judge
from repit.platform.gate.policy_file import parse_policy
from repit.platform.gate.verdict import TIERS, Evidence, Signal, Tier, Undecided, Verdict

_STATES: Final = ("active", "disputed")
_UNDECIDED: Final = Undecided("damaged", Text("It cannot be opened.", "Il ne s'ouvre pas."))


def check(file: Path | None) -> None:
    """Say whether a policy can be applied. Raises `PolicyNotRead`, `PolicyUnknownField`,
    `PolicyWrongValue`.
    """
    policy = _read(file)
    print(
        _said(
            Text(
                f"It can be applied: {len(policy.rules)} rules, {len(policy.signal_rules)} on signals.",
                f"Elle est applicable : {len(policy.rules)} règles, {len(policy.signal_rules)} sur signaux.",
            )
        )
    )
    if policy.dry_run:
        print(_said(Text("Dry run: nothing is refused.", "Essai à blanc : rien n'est refusé.")))


@dataclass(frozen=True, slots=True)
class Known:
    """What a bank says of an item, beside how an upload agrees with it."""

    exchange: str
    origin: str
    kind: str
    media: str
    confirmations: int


def explain(file: Path | None, door: str, known: Known, signal: Sequence[str]) -> None:
    """What follows for each strength of evidence, and by which rule. Raises as `check` does."""
    policy = _read(file)
    _rules(policy)
    signals = [Signal(code, word) for code, _, word in (one.partition(":") for one in signal)]

    def seen(tier: Tier, state: str) -> Verdict:
        said = (known.origin, known.kind, known.media, state, known.confirmations, tier)
        found = Evidence("item", *said, exchange=known.exchange)
        return judge(policy, door, [found], signals)

    table = Table(title=_said(Text(f"At the door {door}", f"À la porte {door}")))
    for heading in (
        Text("Evidence", "Preuve"),
        Text("State", "État"),
        Text("Outcome", "Issue"),
        Text("Rule", "Règle"),
    ):
        table.add_column(_said(heading))
    for tier, state in product(TIERS, _STATES):
        _row(table, tier, state, seen(tier, state))
    _row(table, _said(Text("nothing known", "rien de connu")), "", judge(policy, door, [], signals))
    _row(table, _said(Text("cannot be decided", "indécidable")), "", judge(policy, door, _UNDECIDED, signals))
    Console().print(table)


def _rules(policy: Policy) -> None:
    for number, rule in enumerate(policy.rules, 1):
        print(
            f"{number}. {rule.name}: {_conditions(rule)} → {rule.then}{' (dry run)' if rule.dry_run else ''}"
        )
    for each in policy.signal_rules:
        print(f"   {each.name}: {_signals(each)} → {each.then}{' (dry run)' if each.dry_run else ''}")


def _conditions(rule: Rule) -> str:
    parts = [f"{name} = {'|'.join(sorted(values))}" for name, values in rule.when.items()]
    if rule.confirmations:
        parts.append(f"confirmations ≥ {rule.confirmations}")
    return ", ".join(parts) or _said(Text("anything", "tout"))


def _signals(rule: SignalRule) -> str:
    doors = f", door = {'|'.join(sorted(rule.doors))}" if rule.doors else ""
    return f"signal = {'|'.join(sorted(rule.signals))}{doors}"


def _row(table: Table, what: str, state: str, verdict: Verdict) -> None:
    would = f" ({verdict.would_be})" if verdict.would_be else ""
    table.add_row(what, state, f"{verdict.outcome}{would}", verdict.rule)


def _read(file: Path | None) -> Policy:
    return default_policy() if file is None else parse_policy(file.read_bytes())


def _said(text: Text) -> str:
    chosen = os.environ.get("REPIT_LANGUAGE") or os.environ.get("LC_ALL") or os.environ.get("LANG")
    return text.in_language(chosen)
