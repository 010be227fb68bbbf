"""Search each stage, count the votes of each item, stop when decided.

In: stages of `QueryHashes`, a range search over the bank, the bank's number of items. Out: `Decision`. Next:
the gate. Pure: the same stages and the same answers give the same decision, in whatever order hashes come.
"""

from collections.abc import Callable, Iterable
from typing import Final, TypeAlias

import numpy as np

from repit_engine.anchors import QueryHashes
from repit_engine.decision.rates import DEFAULT_RULE, Limit, Rule
from repit_engine.decision.result import Decision, Match, Strength, Tier
from repit_engine.decision.votes import Heard, Votes, apart, broad
from repit_engine.errors import WrongInput
from repit_engine.kernels import jit
from repit_engine.stoplist import StopList
from repit_engine.types import HashArray, IdArray, RangeResult, as_hash_array

Search: TypeAlias = Callable[[HashArray, int], RangeResult]
"""``(n, 32)`` hashes and an inclusive radius to what the bank holds within it."""
Owner: TypeAlias = Callable[[IdArray], tuple[IdArray, IdArray]]
"""Ids of hashes to the ids of their items and to each hash's slot in its item; slot 0 is the standard hash.
"""
FamilyOf: TypeAlias = Callable[[int], tuple[HashArray, IdArray]]
"""An item to all its hashes, ``(n, 32)``, and their slots."""

SLOTS: Final = 256
SMALL_BANK: Final = 20_000
"""Items up to which the search itself goes as far as a second vote may count."""


def packed_id(item: int, slot: int) -> int:
    """The id under which an index may hold one hash of an item: its own rows need no further table."""
    return item * SLOTS + slot


def unpacked(ids: IdArray) -> tuple[IdArray, IdArray]:
    """Item and slot of ids made by `packed_id`."""
    return ids // np.uint64(SLOTS), ids % np.uint64(SLOTS)


def decide(
    stages: Iterable[QueryHashes],
    search: Search,
    *,
    items: int,
    owner: Owner = unpacked,
    family_of: FamilyOf | None = None,
    rule: Rule = DEFAULT_RULE,
    stoplist: StopList | None = None,
    stop: Strength = Strength.BLOCK,
) -> Decision:
    """Try the stages in turn until one gives a match of strength `stop`, or none is left.

    `items`: items in the bank, from which the thresholds follow. In banks beyond `SMALL_BANK` the search
    stops at the single hash's radius and `family_of` fetches the other hashes of the few items met; without
    it a second vote counts only where the search saw it. Query hashes near the stop-list have no voice but
    in the standard match. Raises `WrongInput`.
    """
    if items < 0:
        raise WrongInput("A bank has no fewer than 0 items.")
    second = rule.second_radius(items, rule.review)
    near = max(second, rule.review.second, rule.breadth.whole)
    radius = rule.standard_radius
    if items <= SMALL_BANK:
        radius = max(radius, rule.single_radius(items, rule.review), second)
    votes = Votes(rule.standard_radius, stoplist)
    tried = searched = 0
    matches: tuple[Match, ...] = ()
    met: set[int] = set()
    for stage in stages:
        tried += 1
        searched += len(stage)
        if not len(stage):
            continue
        votes.stages.append(stage)
        fresh = _note(stage, search(stage.hashes, radius), owner, votes)
        if family_of is not None:
            for item in sorted(met | fresh):
                since = len(votes.stages) - 1 if item in met else 0
                _second_votes(votes, item, family_of, near, since)
        met |= fresh
        matches = _judged(votes, items, rule)
        if matches and matches[0].strength in (stop, Strength.BLOCK):
            break
    return Decision(matches, tried, searched)


def _note(stage: QueryHashes, found: RangeResult, owner: Owner, votes: Votes) -> set[int]:
    """Note the votes of what a stage's search found; the items met."""
    rows = np.repeat(np.arange(len(stage)), np.diff(found.lims))
    met, slots = owner(found.ids)
    place = len(votes.stages) - 1
    votes.hush(place, rows)
    for item, slot, distance, row in zip(
        met.tolist(), slots.tolist(), found.distances.tolist(), rows.tolist(), strict=True
    ):
        votes.add(item, (distance, place, row, slot))
    return set(met.tolist())


def _second_votes(votes: Votes, item: int, family_of: FamilyOf, radius: int, since: int) -> None:
    """Hear every hash of an item that one hash has met, from the stage `since` on."""
    hashes, slots = family_of(item)
    hashes = as_hash_array(hashes)
    for place, stage in enumerate(votes.stages[since:], since):
        bits = np.empty((len(stage), len(hashes)), np.uint16)
        if bits.size:
            jit.distances.distance_matrix(stage.hashes.view(np.uint64), hashes.view(np.uint64), bits)
        rows, columns = np.nonzero(bits <= radius)
        votes.hush(place, rows)
        for row, column in zip(rows.tolist(), columns.tolist(), strict=True):
            votes.add(item, (int(bits[row, column]), place, row, int(slots[column])))


def _judged(votes: Votes, items: int, rule: Rule) -> tuple[Match, ...]:
    judged = (_match(votes, item, items, rule) for item in votes.nearest.keys() | votes.standard.keys())
    return tuple(sorted((match for match in judged if match is not None), key=surest))


def _match(votes: Votes, item: int, items: int, rule: Rule) -> Match | None:
    """The best that is to be said of one item."""
    if item in votes.standard:
        vote = votes.as_vote(votes.standard[item])
        chance = items * rule.rates.of_single(vote.distance)
        return Match(item, Tier.STANDARD, Strength.BLOCK, chance, (vote,))
    best: Match | None = None
    by_turn: dict[int, list[Heard]] = {}
    for (turn, _), row in votes.nearest[item].items():
        by_turn.setdefault(turn, []).append(row)
    for turn in sorted(by_turn):
        heard = apart(votes, sorted(by_turn[turn], key=votes.order))
        near = [row for row in heard if row[0] <= rule.review.second]
        piece = not broad(votes, heard, near, rule.breadth)
        options = []
        if near:
            first = near[0][0]
            strength = _strength(rule.single_radius, first, items, rule)
            options.append((items * rule.rates.of_single(first), Tier.ANCHORED, strength, near[:1]))
        if len(near) > 1:
            last = near[1][0]
            strength = _strength(rule.second_radius, last, items, rule)
            options.append((items * rule.rates.of_second(last), Tier.TWO_VOTES, strength, near))
        for chance, tier, alone, rows in options:
            strength = Strength.REVIEW if piece and alone is Strength.BLOCK else alone
            found = Match(item, tier, strength, chance, tuple(votes.as_vote(row) for row in rows), piece)
            if strength is not Strength.NONE and (best is None or surest(found) < surest(best)):
                best = found
    return best


def _strength(radius: Callable[[int, Limit], int], distance: int, items: int, rule: Rule) -> Strength:
    if distance <= radius(items, rule.block):
        return Strength.BLOCK
    return Strength.REVIEW if distance <= radius(items, rule.review) else Strength.NONE


def surest(match: Match) -> tuple[int, bool, float, int]:
    """What matches are sorted by: strongest first, the standard match before others, then by evidence; the
    item breaks ties.
    """
    order = (Strength.BLOCK, Strength.REVIEW, Strength.NONE)
    return order.index(match.strength), match.tier is not Tier.STANDARD, match.expected_false, match.item
