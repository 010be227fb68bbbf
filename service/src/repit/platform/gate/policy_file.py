"""A policy from its file, checked to the last field.

In: TOML or JSON (a misspelt condition would widen a rule, so nothing unknown is passed over). Out: `Policy`,
or a refusal that names the place. Next: `policy.judge`; `repit policy check` tells whoever writes one. Pure.

    version = 1
    dry_run = false

    [[rules]]
    name = "disputed"
    when = {state = ["disputed"]}
    then = "review"

    [[rules]]
    name = "known"
    when = {tier = ["exact", "standard", "orientation", "altered"], confirmations = 2}
    then = "block"

    [[indicators]]
    name = "says it is made by a machine"
    when = {indicator = ["c2pa-ai", "iptc-ai"]}
    then = "review"

    [undecided]
    default = "review"
    channels = {bare = "allow"}
    unopened = "allow"
    containers = "allow"
    container_channels = {wordpress = "review"}
    videos = "review"
    video_channels = {clamd = "allow"}

    [feed_too_old]
    known = "review"
    unknown = "allow"
"""

import json
import re
import tomllib
from typing import Any, Final, cast

from repit.foundation.errors import SettingsRefused, Text
from repit.platform.gate.policy import (
    CONDITIONS,
    MILD,
    RESERVED,
    STRICT,
    Condition,
    IndicatorRule,
    Mild,
    Policy,
    Rule,
    Strict,
)
from repit.platform.gate.verdict import OUTCOMES, TIERS, Outcome

VERSION: Final = 1
MOST_BYTES: Final = 256 * 1024
MOST_RULES: Final = 200
_PARTS: Final = ("version", "dry_run", "rules", "indicators", "undecided", "feed_too_old")
_STATES: Final = ("active", "disputed")
_KNOWN: Final[dict[str, tuple[str, ...]]] = {"tier": TIERS, "state": _STATES, "asked": ("yes", "no")}
_INDICATOR: Final = re.compile(r"[a-z0-9-]{1,40}(?::[\w.-]{1,60})?")


class PolicyRefused(SettingsRefused):
    """A policy that is not going to be applied; `where` leads to the part that is wrong: empty, the whole."""

    code = "policy-refused"

    def __init__(self, where: str = "", en: str = "it is not read", fr: str = "illisible") -> None:
        self.where = where
        at = Text(f" at {where}", f" à l’endroit {where}") if where else Text("", "")
        super().__init__(
            Text(f"The policy is wrong{at.en}: {en}.", f"La politique est fausse{at.fr} : {fr}."),
            Text("Compare it with docs/en/policy.md.", "Comparez-la avec docs/fr/policy.md."),
        )


class PolicyNotRead(PolicyRefused):
    """Neither TOML nor JSON."""

    code = "policy-not-read"


class PolicyUnknownField(PolicyRefused):
    """A field nobody reads: a misspelt condition would otherwise widen a rule."""

    code = "policy-unknown-field"


class PolicyWrongValue(PolicyRefused):
    code = "policy-wrong-value"


def parse_policy(raw: bytes | str) -> Policy:
    """Read a policy. Raises `PolicyNotRead`, `PolicyUnknownField`, `PolicyWrongValue`."""
    source = _object(_document(raw), "", _PARTS)
    if source.get("version") != VERSION or isinstance(source.get("version"), bool):
        raise PolicyWrongValue("version", f"only {VERSION} is read", f"seule la version {VERSION} est lue")
    rules = tuple(_rule(rule, f"rules[{at}]") for at, rule in enumerate(_list(source.get("rules"), "rules")))
    listed = _list(source.get("indicators", []), "indicators")
    indicators = tuple(_indicator_rule(rule, f"indicators[{at}]") for at, rule in enumerate(listed))
    names = [rule.name for rule in rules] + [rule.name for rule in indicators]
    if len(set(names)) != len(names):
        raise PolicyWrongValue("rules", "two rules share a name", "deux règles portent le même nom")
    undecided = _object(
        source.get("undecided", {}),
        "undecided",
        (
            "default",
            "channels",
            "unopened",
            "containers",
            "container_channels",
            "videos",
            "video_channels",
        ),
    )
    stale = _object(source.get("feed_too_old", {}), "feed_too_old", ("known", "unknown"))
    return Policy(
        rules=rules,
        indicator_rules=indicators,
        undecided=_outcome(undecided.get("default", "review"), "undecided.default"),
        undecided_channels=_by_channel(undecided, "channels"),
        unopened=_mild(undecided.get("unopened", "allow"), "undecided.unopened"),
        containers=_outcome(undecided.get("containers", "allow"), "undecided.containers"),
        container_channels=_by_channel(undecided, "container_channels"),
        videos=_outcome(undecided["videos"], "undecided.videos") if "videos" in undecided else None,
        video_channels=_by_channel(undecided, "video_channels"),
        stale_known=_strict(stale.get("known", "review"), "feed_too_old.known"),
        stale_unknown=_outcome(stale.get("unknown", "allow"), "feed_too_old.unknown"),
        dry_run=_yes_or_no(source.get("dry_run", False), "dry_run"),
    )


def _document(raw: bytes | str) -> Any:
    """JSON if it begins with a brace, else TOML."""
    if len(raw) > MOST_BYTES:
        raise PolicyWrongValue("", "it is too long", "il est trop long")
    try:
        text = raw.decode("utf-8-sig") if isinstance(raw, bytes) else raw
        return json.loads(text) if text.lstrip()[:1] in ("{", "[") else tomllib.loads(text)
    except (ValueError, RecursionError):
        raise PolicyNotRead("", "it is neither TOML nor JSON", "ce n'est ni du TOML ni du JSON") from None


def _rule(value: Any, where: str) -> Rule:
    source = _object(value, where, ("name", "when", "then", "dry_run"))
    when = _object(source.get("when", {}), f"{where}.when", (*CONDITIONS, "confirmations"))
    confirmations = when.get("confirmations", 0)
    if not isinstance(confirmations, int) or isinstance(confirmations, bool) or confirmations < 0:
        raise PolicyWrongValue(
            f"{where}.when.confirmations", "a whole number is needed", "il faut un nombre entier"
        )
    conditions = {
        cast("Condition", name): _values(value, f"{where}.when.{name}", _KNOWN.get(name))
        for name, value in when.items()
        if name != "confirmations"
    }
    return Rule(
        _name(source, where),
        _outcome(source.get("then"), f"{where}.then"),
        conditions,
        confirmations,
        _yes_or_no(source.get("dry_run", False), f"{where}.dry_run"),
    )


def _indicator_rule(value: Any, where: str) -> IndicatorRule:
    source = _object(value, where, ("name", "when", "then", "dry_run"))
    when = _object(source.get("when", {}), f"{where}.when", ("indicator", "channel"))
    indicators = _values(when.get("indicator"), f"{where}.when.indicator", None)
    if not all(_INDICATOR.fullmatch(indicator) for indicator in indicators):
        raise PolicyWrongValue(
            f"{where}.when.indicator",
            "an indicator is code or code:word",
            "un indicateur s'écrit code ou code:mot",
        )
    then = source.get("then")
    for mild in MILD:
        if then == mild:
            return IndicatorRule(
                _name(source, where),
                mild,
                indicators,
                _values(when["channel"], f"{where}.when.channel", None) if "channel" in when else frozenset(),
                _yes_or_no(source.get("dry_run", False), f"{where}.dry_run"),
            )
    raise PolicyWrongValue(
        f"{where}.then",
        "indicators alone allow or send to review, they never block",
        "des indicateurs seuls laissent passer ou envoient à l'examen, ils ne bloquent jamais",
    )


def _by_channel(undecided: dict[str, Any], name: str) -> dict[str, Outcome]:
    channels = undecided.get(name, {})
    if not isinstance(channels, dict):
        raise PolicyWrongValue(f"undecided.{name}", "an object is needed", "il faut un objet")
    return {channel: _outcome(value, f"undecided.{name}.{channel}") for channel, value in channels.items()}


def _name(source: dict[str, Any], where: str) -> str:
    name = source.get("name")
    if not isinstance(name, str) or not 0 < len(name) <= 60 or name in RESERVED:
        raise PolicyWrongValue(f"{where}.name", "a name of its own is needed", "il faut un nom propre")
    return name


def _list(value: Any, where: str) -> list[Any]:
    if not isinstance(value, list) or len(value) > MOST_RULES:
        raise PolicyWrongValue(where, "a list is needed", "il faut une liste")
    return value


def _object(value: Any, where: str, known: tuple[str, ...]) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise PolicyWrongValue(where, "an object is needed", "il faut un objet")
    for name in value:
        if name not in known:
            path = f"{where}.{name}".lstrip(".")
            raise PolicyUnknownField(path, "this field is not known", "ce champ est inconnu")
    return value


def _values(value: Any, where: str, known: tuple[str, ...] | None) -> frozenset[str]:
    if not isinstance(value, list) or not value or not all(isinstance(word, str) for word in value):
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


def _mild(value: Any, where: str) -> Mild:
    for mild in MILD:
        if value == mild:
            return mild
    raise PolicyWrongValue(where, "allow or review is needed", "il faut allow ou review")


def _strict(value: Any, where: str) -> Strict:
    for strict in STRICT:
        if value == strict:
            return strict
    raise PolicyWrongValue(where, "review or block is needed", "il faut review ou block")


def _yes_or_no(value: Any, where: str) -> bool:
    if not isinstance(value, bool):
        raise PolicyWrongValue(where, "true or false is needed", "il faut true ou false")
    return value
