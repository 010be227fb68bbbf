"""`repit policy`: look at a policy before a gate does.

In: a file, or nothing for what a gate does by default. Out: what it says, or where it is wrong. Next: the
operator. Pure: neither settings nor a database are read.
"""

import os
from itertools import product
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.console import Console
from rich.table import Table

from repit.foundation.errors import Text
from repit.platform.gate.policy import Policy, Rule, SignalRule, default_policy, judge
from repit.platform.gate.policy_file import parse_policy
from repit.platform.gate.verdict import TIERS, Evidence, Signal, Tier, Undecided, Verdict

app = typer.Typer(no_args_is_help=True, help="What a gate does with a match. / Que faire d'une concordance.")
File = Annotated[
    Path | None, typer.Argument(exists=True, dir_okay=False, help="TOML or JSON. / TOML ou JSON.")
]
_STATES: Final = ("active", "disputed")
_UNDECIDED: Final = Undecided("damaged", Text("It cannot be opened.", "Il ne s'ouvre pas."))


@app.command()
def check(file: File = None) -> None:
    """Say whether a policy can be applied, or where it is wrong. / Vérifier une politique."""
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


@app.command()
def explain(  # noqa: PLR0917 - typer reads the options from here
    file: File = None,
    door: Annotated[str, typer.Option(help="check, bare, clamd, icap, … / La porte.")] = "check",
    exchange: Annotated[str, typer.Option(help="By which protocol. / Par quel protocole.")] = "repit",
    origin: Annotated[str, typer.Option(help="From which hotline. / De quelle association.")] = "repit",
    kind: Annotated[str, typer.Option(help="intimate, deepfake")] = "intimate",
    media: Annotated[str, typer.Option(help="picture, video, file")] = "picture",
    confirmations: Annotated[int, typer.Option(min=1, help="Submitted so often. / Nombre de dépôts.")] = 1,
    signal: Annotated[list[str] | None, typer.Option(help="code:word; several. / Un signal.")] = None,
) -> None:
    """What follows for each strength of evidence, and by which rule. / Ce qui suit, et par quelle règle."""
    policy = _read(file)
    _rules(policy)
    signals = [Signal(code, word) for code, _, word in (one.partition(":") for one in signal or [])]

    def seen(tier: Tier, state: str) -> Verdict:
        found = Evidence("item", origin, kind, media, state, confirmations, tier, exchange=exchange)
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
