"""A verdict as JSON.

In: `Verdict`, a language. Out: plain data of a type that is described; no hash is in it. Next: the views.
"""

from typing_extensions import TypedDict

from repit.platform.gate.verdict import Outcome, Segment, Span, Tier, Verdict
from repit.platform.review import sender_page


class IndicatorAnswer(TypedDict):
    """A fact that the file states, or what a classifier says."""

    code: str
    word: str


class PartAnswer(TypedDict):
    """A part of the upload that agreed; `rectangle`: left, top, right, bottom in shares of the upload."""

    of: str
    distance: int
    rectangle: tuple[float, float, float, float]


SpanAnswer = TypedDict("SpanAnswer", {"from": float, "to": float})
"""Seconds from the first shown frame."""


class SegmentAnswer(TypedDict):
    """A stretch that shows the same. `upload`: where in the upload, `known`: where in the known video; null
    of what is a still picture. `speed`: seconds of the known video to one of the upload."""

    upload: SpanAnswer | None
    known: SpanAnswer | None
    speed: float
    reversed: bool


class EvidenceAnswer(TypedDict):
    """One item of a bank that the upload agrees with; `distance` in bits of 256, null for the same file, and
    of videos. `stale`: it came by a feed that has been silent for too long. `segments`: where one of the two
    is a video, from when to when; `scenes`: how many different scenes agree; `piece`: little of the upload
    and little of the item; `duration`: seconds of the upload, where that is a video."""

    item: str
    exchange: str
    origin: str
    kind: str
    media: str
    state: str
    confirmations: int
    tier: Tier
    distance: int | None
    orientation: str | None
    expected_false: float | None
    stale: bool
    parts: list[PartAnswer]
    segments: list[SegmentAnswer]
    scenes: int
    piece: bool
    duration: float | None


class VerdictAnswer(TypedDict):
    """What is done with an upload, by which rule and on which evidence.

    `undecided`: why it could not be compared. `would_be`: what a dry run kept from taking effect. `decision`:
    its number, null for what is only counted. `objection`: where its sender reads why, and objects; null
    where the operator has no such page, or nothing was refused. `recorded`: whether it is written down; false
    with a number: the verdict stands, and the number leads somewhere once the database answers again.
    `feed_too_old`: the hotline has been silent for too long.
    """

    verdict: Outcome
    rule: str
    explanation: str
    undecided: str | None
    would_be: Outcome | None
    decision: str | None
    objection: str | None
    recorded: bool
    feed_too_old: bool
    milliseconds: float
    indicators: list[IndicatorAnswer]
    evidence: list[EvidenceAnswer]


class CheckAnswer(TypedDict):
    """A check that takes longer. `address`: where its verdict will be, for an hour from then on, for whoever
    holds the same key; `again`: seconds after which it is worth asking."""

    check: str
    address: str
    again: int


def answer(verdict: Verdict, language: str | None) -> VerdictAnswer:
    """The body of an answer to a check."""
    return {
        "verdict": verdict.outcome,
        "rule": verdict.rule,
        "explanation": verdict.explanation.in_language(language),
        "undecided": verdict.undecided,
        "would_be": verdict.would_be,
        "decision": verdict.decision,
        "objection": None if verdict.outcome == "allow" else sender_page.address(verdict.decision),
        "recorded": verdict.recorded,
        "feed_too_old": verdict.feed_too_old,
        "milliseconds": round(verdict.milliseconds, 2),
        "indicators": [{"code": indicator.code, "word": indicator.word} for indicator in verdict.indicators],
        "evidence": [
            {
                "item": evidence.item,
                "exchange": evidence.exchange,
                "origin": evidence.origin,
                "kind": evidence.kind,
                "media": evidence.media,
                "state": evidence.state,
                "confirmations": evidence.confirmations,
                "tier": evidence.tier,
                "distance": evidence.distance,
                "orientation": evidence.turned,
                "expected_false": evidence.expected_false,
                "stale": evidence.stale,
                "parts": [
                    {"of": part.of, "distance": part.distance, "rectangle": part.rectangle}
                    for part in evidence.parts
                ],
                "segments": [_segment(segment) for segment in evidence.segments],
                "scenes": evidence.scenes,
                "piece": evidence.piece,
                "duration": None if evidence.duration is None else evidence.duration / 1000,
            }
            for evidence in verdict.evidence
        ],
    }


def _segment(segment: Segment) -> SegmentAnswer:
    return {
        "upload": _span(segment.upload),
        "known": _span(segment.known),
        "speed": round(segment.speed, 4),
        "reversed": segment.reversed,
    }


def _span(span: Span | None) -> SpanAnswer | None:
    return None if span is None else {"from": span[0] / 1000, "to": span[1] / 1000}
