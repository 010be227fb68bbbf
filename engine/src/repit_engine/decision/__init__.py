"""The rule that decides whether an upload shows a known item, and how sure that is.

In: stages of `anchors.QueryHashes`, a search, the bank's size. Out: `Decision`. Next: the gate's policy
turns it into a verdict, the review desk draws its rectangles. docs/en/altered-copies.md states the rule.
"""

from repit_engine.decision.rates import DEFAULT_RULE, Breadth, Limit, Rates, Rule
from repit_engine.decision.result import Decision, Match, Strength, Tier, Vote
from repit_engine.decision.rule import decide, packed_id, surest, unpacked

__all__ = [
    "DEFAULT_RULE",
    "Breadth",
    "Decision",
    "Limit",
    "Match",
    "Rates",
    "Rule",
    "Strength",
    "Tier",
    "Vote",
    "decide",
    "packed_id",
    "surest",
    "unpacked",
]
