"""A verdict as JSON.

In: `Verdict`, a language. Out: plain data; no hash is in it. Next: the views; `openapi` describes it.
"""

from typing import Any

from repit.platform.gate.verdict import Verdict


def answer(verdict: Verdict, language: str | None) -> dict[str, Any]:
    """The body of an answer to a check."""
    return {
        "verdict": verdict.outcome,
        "rule": verdict.rule,
        "explanation": verdict.explanation.in_language(language),
        "undecided": verdict.undecided,
        "would_be": verdict.would_be,
        "decision": verdict.decision,
        "recorded": verdict.recorded,
        "milliseconds": round(verdict.milliseconds, 2),
        "signals": [{"code": one.code, "word": one.word} for one in verdict.signals],
        "evidence": [
            {
                "item": one.item,
                "exchange": one.exchange,
                "origin": one.origin,
                "kind": one.kind,
                "media": one.media,
                "state": one.state,
                "confirmations": one.confirmations,
                "tier": one.tier,
                "distance": one.distance,
                "orientation": one.turned,
                "expected_false": one.expected_false,
                "parts": [
                    {"of": part.of, "distance": part.distance, "rectangle": part.rectangle}
                    for part in one.parts
                ],
            }
            for one in verdict.evidence
        ],
    }
