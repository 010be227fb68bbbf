"""What a platform wants done, as data.

In: `policy_file`'s reading of a file, or the default. Out: `Policy`, and `judge`, which applies it. Next:
`inspect`. Pure: no framework, no network, no clock.

A rule fits when every condition it names holds; `confirmations` means "at least". Evidence that no rule fits
is reviewed, never silently allowed. Indicators (what is no match) have rules of their own whose type holds no
"block": what anyone can write into a file must not refuse it.

The canary (`repit.platform.gate.canary`) is judged before all rules, and blocked: it tells an operator that
everything between an upload and a refusal works. In a dry run it passes like everything else, and `would_be`
says so.

What a feed named that has been silent for too long may have been withdrawn since. So it is for people to
refuse, not for the gate alone; only where a channel has no person in between it goes on being refused.

What the platform's own moderators have let go passes here before all rules as well, and at no other platform
(`repit.platform.review.let_go`). Nobody but they, and their supervisor, can bring that about or end it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, Literal, get_args

from repit.platform.gate.channels import TWO_ANSWERS
from repit.platform.gate.entries import FEED
from repit.platform.gate.verdict import (
    CONTAINER_RULE,
    FEED_TOO_OLD,
    INDICATED,
    LET_GO_HERE,
    NO_MATCH,
    NOT_A_PICTURE,
    NOTHING_KNOWN,
    STALE_RULE,
    TIERS,
    UNDECIDED,
    UNOPENED,
    UNOPENED_RULE,
    Evidence,
    Here,
    Indicator,
    Left,
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
CANARY: Final = "canary"
LET_GO: Final = "let-go-here"
RESERVED: Final = (
    NO_MATCH,
    NOT_A_PICTURE,
    UNOPENED_RULE,
    CONTAINER_RULE,
    STALE_RULE,
    UNDECIDED,
    NO_RULE,
    CANARY,
    LET_GO,
)
NOBODY: Final = Here()

Condition = Literal["tier", "exchange", "origin", "kind", "media", "state", "asked", "channel"]
CONDITIONS: Final[tuple[Condition, ...]] = get_args(Condition)
Mild = Literal["allow", "review"]
MILD: Final[tuple[Mild, ...]] = get_args(Mild)
Strict = Literal["review", "block"]
STRICT: Final[tuple[Strict, ...]] = get_args(Strict)


@dataclass(frozen=True, slots=True)
class Rule:
    """Conditions, all of which must hold (an empty set stands for any value), and what follows."""

    name: str
    then: Outcome
    when: Mapping[Condition, frozenset[str]] = field(default_factory=dict)
    confirmations: int = 0
    dry_run: bool = False

    def fits(self, evidence: Evidence, channel: str) -> bool:
        """Whether this rule speaks to this evidence at this channel."""
        if evidence.confirmations < self.confirmations:
            return False
        return all(
            (channel if condition == "channel" else getattr(evidence, condition)) in allowed
            for condition, allowed in self.when.items()
        )


@dataclass(frozen=True, slots=True)
class IndicatorRule:
    """What follows from indicators alone; it can send to review, and nothing more.

    `indicators`: codes, or codes with a word (`c2pa-ai`, `classifier:nudity`); any of them is enough.
    `channels`: an empty set stands for all.
    """

    name: str
    then: Mild
    indicators: frozenset[str]
    channels: frozenset[str] = frozenset()
    dry_run: bool = False

    def fits(self, indicators: Sequence[Indicator], channel: str) -> bool:
        """Whether this rule speaks to any of these indicators at this channel."""
        if self.channels and channel not in self.channels:
            return False
        return any(
            {indicator.code, f"{indicator.code}:{indicator.word}"} & self.indicators
            for indicator in indicators
        )


@dataclass(frozen=True, slots=True)
class Policy:
    """Rules in their order; what happens, channel by channel, when the gate cannot decide."""

    rules: tuple[Rule, ...]
    indicator_rules: tuple[IndicatorRule, ...] = ()
    undecided: Outcome = "review"
    undecided_channels: Mapping[str, Outcome] = field(default_factory=dict)
    unopened: Mild = "allow"
    """Where undecided uploads are reviewed: what happens to films and pages, of which there are too many."""
    containers: Outcome = "allow"
    """What happens to documents and archives, whatever happens to what is undecided: every letter is one."""
    container_channels: Mapping[str, Outcome] = field(default_factory=dict)
    videos: Outcome | None = None
    """What happens to a video that was looked at and could not be decided, or not in time; None: what happens
    to any upload that cannot be decided."""
    video_channels: Mapping[str, Outcome] = field(default_factory=dict)
    stale_known: Strict = "review"
    """Where the feed is too old: what happens to what a rule blocks for what that feed named."""
    stale_unknown: Outcome = "allow"
    """The same for what nothing known agrees with: nearly every upload, and almost all of it is fine."""
    dry_run: bool = False


def default_policy(
    undecided: Outcome = "review",
    undecided_channels: Mapping[str, Outcome] | None = None,
    containers: Outcome = "allow",
    videos: Outcome | None = None,
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
        undecided_channels=undecided_channels or {},
        containers=containers,
        videos=videos,
    )


def judge(
    policy: Policy,
    channel: str,
    seen: Sequence[Evidence] | Undecided,
    indicators: Sequence[Indicator] = (),
    here: Here = NOBODY,
    *,
    stale: bool = False,
) -> Verdict:
    """Apply the policy to what was found, or to not having been able to look; `here`: what people at this
    platform have decided and are asked; `stale`: whether the feed has been silent for too long."""
    given = tuple(indicators)
    if stale:
        verdict = _by_an_old_feed(policy, channel, seen, here)
    elif isinstance(seen, Undecided):
        verdict = _of_undecided(policy, channel, seen, here)
    else:
        verdict = _of_evidence(policy, channel, seen, here)
    verdict = replace(verdict, indicators=given, feed_too_old=stale)
    if verdict.outcome != "allow" or verdict.would_be == "block":
        return verdict  # an indicator cannot make it stricter
    ruling = _of_indicators(policy, channel, given)
    if ruling is None or ruling.outcome == "allow":
        return verdict
    # What rests on more than indicators keeps its own explanation.
    explanation = verdict.explanation if verdict.evidence or verdict.undecided else INDICATED
    milder = pronounced(ruling, explanation, verdict.evidence, verdict.undecided)
    return replace(milder, indicators=given, feed_too_old=stale)


def _by_an_old_feed(
    policy: Policy, channel: str, seen: Sequence[Evidence] | Undecided, here: Here
) -> Verdict:
    if isinstance(seen, Undecided):
        return _of_undecided(policy, channel, replace(seen, evidence=_aged(seen.evidence)), here)
    if not seen and policy.stale_unknown != "allow":
        ruling = Ruling(policy.stale_unknown, STALE_RULE, policy.dry_run)
        return pronounced(ruling, FEED_TOO_OLD, (), STALE_RULE)
    return _of_evidence(policy, channel, _aged(seen), here)


def _aged(seen: Sequence[Evidence]) -> tuple[Evidence, ...]:
    """The same, marked where it came by the hotline's feed."""
    return tuple(replace(evidence, stale=evidence.source == FEED) for evidence in seen)


def _of_undecided(policy: Policy, channel: str, seen: Undecided, here: Here) -> Verdict:
    """What was not looked at is judged as such, and what was found besides as it is: the stricter holds."""
    outcome, rule = _of_left(policy, channel, seen.left)
    verdict = pronounced(Ruling(outcome, rule, policy.dry_run), seen.text, (), seen.reason)
    if not seen.evidence:
        return verdict
    other = _of_evidence(policy, channel, seen.evidence, here)
    both = [
        Ruling(ruled.would_be or ruled.outcome, ruled.rule, ruled.would_be is not None)
        for ruled in (verdict, other)
    ]
    if strictest(both) == 1:
        return replace(other, undecided=seen.reason)
    return replace(verdict, evidence=other.evidence)


def _of_left(policy: Policy, channel: str, left: Left) -> tuple[Outcome, str]:
    """What follows, and by which rule. What only a count is kept of has a rule of its own."""
    if left == "container":
        inside = policy.container_channels.get(channel, policy.containers)
        return inside, CONTAINER_RULE if inside == "allow" else UNDECIDED
    if left == "video" and (of_videos := policy.video_channels.get(channel, policy.videos)) is not None:
        return of_videos, UNDECIDED
    outcome = policy.undecided_channels.get(channel, policy.undecided)
    if left in UNOPENED:
        outcome = policy.unopened if outcome == "review" else outcome
        return outcome, UNOPENED_RULE if outcome == "allow" else UNDECIDED
    return outcome, UNDECIDED


def _of_evidence(policy: Policy, channel: str, seen: Sequence[Evidence], here: Here) -> Verdict:
    if not seen:
        return Verdict("allow", NO_MATCH, NOTHING_KNOWN)
    given = [replace(evidence, asked="yes") if evidence.item in here.asked else evidence for evidence in seen]
    ordered = sorted(given, key=lambda e: (TIERS.index(e.tier), e.distance or 0, e.item))
    rulings = [_ruling(policy, channel, evidence, here) for evidence in ordered]
    chosen = strictest(rulings)
    explanation = LET_GO_HERE if rulings[chosen].rule == LET_GO else explained(ordered[chosen])
    return pronounced(rulings[chosen], explanation, tuple(ordered), None)


def _ruling(policy: Policy, channel: str, evidence: Evidence, here: Here) -> Ruling:
    if evidence.item == CANARY:
        return Ruling("block", CANARY, policy.dry_run)
    if evidence.let_go or (evidence.tier == "exact" and evidence.item in here.let_go):
        return Ruling("allow", LET_GO, policy.dry_run)
    for rule in policy.rules:
        if rule.fits(evidence, channel):
            then, name = rule.then, rule.name
            if then == "block" and _is_for_people(policy, channel, evidence):
                then, name = "review", STALE_RULE
            return Ruling(then, name, rule.dry_run or policy.dry_run)
    return Ruling("review", NO_RULE, policy.dry_run)


def _is_for_people(policy: Policy, channel: str, evidence: Evidence) -> bool:
    """Whether the gate alone refuses nothing for this, since its feed has been silent for too long."""
    return evidence.stale and policy.stale_known == "review" and channel not in TWO_ANSWERS


def _of_indicators(policy: Policy, channel: str, indicators: Sequence[Indicator]) -> Ruling | None:
    """The first indicator rule that fits."""
    for rule in policy.indicator_rules:
        if rule.fits(indicators, channel):
            return Ruling(rule.then, rule.name, rule.dry_run or policy.dry_run)
    return None
