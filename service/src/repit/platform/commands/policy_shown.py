"""What a policy says, as tables on a terminal, or as JSON.

In: a file, or nothing for what a gate does by default; an item as it may be known. Out: lines and tables, one
JSON object, or where the file is wrong. Next: `policy`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.table import Table

from repit.foundation.errors import Text
from repit.foundation.terminal import language, say, write_json
from repit.platform.gate import kinds_table
from repit.platform.gate.policy import IndicatorRule, Policy, Rule, default_policy, judge
from repit.platform.gate.policy_file import parse_policy
from repit.platform.gate.verdict import TIERS, Evidence, Indicator, Tier, Undecided, Verdict

_STATES: Final = ("active", "disputed")
_UNDECIDED: Final = Undecided("damaged", Text("It cannot be opened.", "Il ne s’ouvre pas."))


def check(file: Path | None, *, as_json: bool) -> None:
    """Say whether a policy can be applied. Raises `PolicyNotRead`, `PolicyUnknownField`,
    `PolicyWrongValue`.
    """
    policy = _read(file)
    matches, indicators = len(policy.rules), len(policy.indicator_rules)
    if as_json:
        counts = {"rules": matches, "indicator_rules": indicators}
        write_json({"can_be_applied": True, **counts, "dry_run": policy.dry_run})
        return
    say(
        Text(
            f"It can be applied: {matches} rules, {indicators} on indicators.",
            f"Elle est applicable : {matches} règles, {indicators} sur des indicateurs.",
        )
    )
    if policy.dry_run:
        say(Text("Dry run: nothing is refused.", "Essai à blanc : rien n’est refusé."))


@dataclass(frozen=True, slots=True)
class Known:
    """What a bank says of an item, beside how an upload agrees with it."""

    exchange: str
    origin: str
    kind: str
    media: str
    confirmations: int


def explain(
    file: Path | None, channel: str, known: Known, indicator: Sequence[str], *, as_json: bool
) -> None:
    """What follows for each strength of evidence, and by which rule. Raises as `check` does."""
    policy = _read(file)
    indicators = [Indicator(code, word) for code, _, word in (stated.partition(":") for stated in indicator)]

    def seen(tier: Tier, state: str) -> Verdict:
        facts = (known.origin, known.kind, known.media, state, known.confirmations, tier)
        found = Evidence("item", *facts, exchange=known.exchange)
        return judge(policy, channel, [found], indicators)

    found = [(tier, state, seen(tier, state)) for tier, state in product(TIERS, _STATES)]
    nothing = judge(policy, channel, [], indicators)
    undecided = judge(policy, channel, _UNDECIDED, indicators)
    if as_json:
        evidence = [{"tier": tier, "state": state, **_plain(verdict)} for tier, state, verdict in found]
        rules = {"rules": policy.rules, "indicator_rules": policy.indicator_rules}
        ends = {"nothing_known": _plain(nothing), "undecided": _plain(undecided)}
        write_json({"channel": channel, "dry_run": policy.dry_run, **rules, "evidence": evidence, **ends})
        return
    _rules(policy)
    table = Table(title=_shown(Text(f"At the channel {channel}", f"Au canal {channel}")))
    for heading in (
        Text("Evidence", "Preuve"),
        Text("State", "État"),
        Text("Outcome", "Issue"),
        Text("Rule", "Règle"),
    ):
        table.add_column(_shown(heading))
    for tier, state, verdict in found:
        _row(table, tier, state, verdict)
    _row(table, _shown(Text("nothing known", "rien de connu")), "", nothing)
    _row(table, _shown(Text("cannot be decided", "indécidable")), "", undecided)
    Console().print(table)


def kinds(file: Path | None) -> None:
    """What becomes of each kind of file at each channel, as a table in Markdown. Raises as `check` does."""
    installed = kinds_table.as_installed()
    policy = installed
    if file is not None:
        policy = _read(file)
        channels = {**installed.undecided_channels, **policy.undecided_channels}
        policy = replace(policy, undecided_channels=channels)
    print(kinds_table.table(policy, language()), end="")


def _plain(verdict: Verdict) -> dict[str, object]:
    return {"outcome": verdict.outcome, "would_be": verdict.would_be, "rule": verdict.rule}


def _rules(policy: Policy) -> None:
    for number, rule in enumerate(policy.rules, 1):
        print(
            f"{number}. {rule.name}: {_conditions(rule)} → {rule.then}{' (dry run)' if rule.dry_run else ''}"
        )
    for each in policy.indicator_rules:
        print(f"   {each.name}: {_indicators(each)} → {each.then}{' (dry run)' if each.dry_run else ''}")


def _conditions(rule: Rule) -> str:
    parts = [f"{name} = {'|'.join(sorted(values))}" for name, values in rule.when.items()]
    if rule.confirmations:
        parts.append(f"confirmations ≥ {rule.confirmations}")
    return ", ".join(parts) or _shown(Text("anything", "tout"))


def _indicators(rule: IndicatorRule) -> str:
    channels = f", channel = {'|'.join(sorted(rule.channels))}" if rule.channels else ""
    return f"indicator = {'|'.join(sorted(rule.indicators))}{channels}"


def _row(table: Table, what: str, state: str, verdict: Verdict) -> None:
    would = f" ({verdict.would_be})" if verdict.would_be else ""
    table.add_row(what, state, f"{verdict.outcome}{would}", verdict.rule)


def _read(file: Path | None) -> Policy:
    return default_policy() if file is None else parse_policy(file.read_bytes())


def _shown(text: Text) -> str:
    return text.in_language(language())
