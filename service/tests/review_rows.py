"""Decisions of a gate that wait for a person, as the recorder writes them."""

import secrets
from datetime import datetime
from typing import Any

from repit.foundation.clock import now
from repit.platform.gate.models import Decision
from repit.platform.gate.verdict import SAME

PARTS = [
    {"of": "whole", "distance": 12, "rectangle": [0.0, 0.0, 1.0, 1.0]},
    {"of": "proposed", "distance": 24, "rectangle": [0.1, 0.2, 0.6, 0.7]},
]


def evidence(item: str = "", tier: str = "possible", **changes: Any) -> dict[str, Any]:
    known = {
        "item": item or secrets.token_urlsafe(16),
        "exchange": "repit",
        "origin": "a-hotline",
        "kind": "intimate",
        "state": "active",
        "confirmations": 1,
        "tier": tier,
        "distance": 20,
        "turned": "upright",
        "expected_false": 1e-7,
        "parts": PARTS,
        "proportion": 1.5,
    }
    return {**known, **changes}


def decision(
    tier: str = "possible",
    *,
    item: str = "",
    at: datetime | None = None,
    outcome: str = "review",
    **changes: Any,
) -> Decision:
    found = [evidence(item, tier, **changes)] if tier else []
    best = found[0] if found else {}
    return Decision.objects.create(
        name=secrets.token_urlsafe(16),
        at=at or now(),
        channel="check",
        outcome=outcome,
        rule="possible" if tier else "made",
        item=best.get("item", ""),
        origin=best.get("origin", ""),
        kind=best.get("kind", ""),
        tier=tier,
        distance=best.get("distance"),
        turned=best.get("turned", ""),
        items=len(found),
        milliseconds=3,
        sequence=1,
        exchange=best.get("exchange", ""),
        indicators="" if tier else "c2pa-ai:trainedAlgorithmicMedia",
        evidence=found,
        also=[[piece["item"], piece.get("source", "")] for piece in found if piece["tier"] in SAME],
    )
