"""Policy and verdict: pure, explained, strict."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from repit.foundation.errors import Text
from repit.gate.policy import (
    PolicyNotJson,
    PolicyRefused,
    PolicyUnknownField,
    PolicyWrongValue,
    default_policy,
    judge,
    parse_policy,
)
from repit.gate.verdict import OUTCOMES, TIERS, Evidence, Undecided

EXAMPLE = {
    "version": 1,
    "dry_run": False,
    "rules": [
        {"name": "disputed", "when": {"state": ["disputed"]}, "then": "review"},
        {"name": "two", "when": {"tier": ["exact", "standard"], "confirmations": 2}, "then": "block"},
        {"name": "known", "when": {"origin": ["b"], "door": ["bare"]}, "then": "block"},
        {"name": "watch", "when": {"kind": ["deepfake"]}, "then": "block", "dry_run": True},
    ],
    "undecided": {"default": "review", "doors": {"bare": "allow", "strict": "block"}},
}
UNDECIDED = Undecided("decoder-hung", Text("too long", "trop long"))


def seen(tier="standard", state="active", *, origin="a", kind="intimate", confirmations=1, item="i"):
    return Evidence(item, origin, kind, "picture", state, confirmations, tier, 4, "upright")


def test_by_default_a_known_picture_is_blocked_and_the_verdict_says_by_which_rule() -> None:
    verdict = judge(default_policy(), "check", [seen()])
    assert (verdict.outcome, verdict.rule) == ("block", "known")
    assert "4 of 256" in verdict.explanation.en
    assert "4 bits sur 256" in verdict.explanation.fr


def test_a_disputed_entry_only_sends_to_review() -> None:
    assert judge(default_policy(), "check", [seen(state="disputed")]).outcome == "review"


def test_weak_evidence_alone_is_for_a_person_to_look_at() -> None:
    assert judge(default_policy(), "check", [seen(tier="possible")]).outcome == "review"


def test_an_upload_of_which_nothing_is_known_passes() -> None:
    verdict = judge(default_policy(), "check", [])
    assert (verdict.outcome, verdict.rule, verdict.evidence) == ("allow", "no-match", ())


@pytest.mark.parametrize(("door", "outcome"), [("bare", "allow"), ("strict", "block"), ("check", "review")])
def test_what_cannot_be_decided_is_answered_door_by_door(door: str, outcome: str) -> None:
    verdict = judge(parse_policy(json.dumps(EXAMPLE)), door, UNDECIDED)
    assert (verdict.outcome, verdict.undecided) == (outcome, "decoder-hung")


def test_conditions_must_all_hold() -> None:
    policy = parse_policy(json.dumps(EXAMPLE))
    assert judge(policy, "check", [seen(confirmations=2)]).rule == "two"
    assert judge(policy, "bare", [seen(origin="b")]).rule == "known"
    assert judge(policy, "check", [seen(origin="b")]).rule == "no-rule-fits"


def test_evidence_that_no_rule_speaks_of_is_reviewed_not_allowed() -> None:
    assert judge(parse_policy(json.dumps(EXAMPLE)), "check", [seen()]).outcome == "review"


def test_a_dry_run_allows_and_says_what_it_would_have_done() -> None:
    verdict = judge(parse_policy(json.dumps(EXAMPLE)), "check", [seen(kind="deepfake")])
    assert (verdict.outcome, verdict.would_be, verdict.rule) == ("allow", "block", "watch")
    whole = parse_policy(json.dumps({**EXAMPLE, "dry_run": True}))
    assert judge(whole, "strict", UNDECIDED).would_be == "block"


WRONG = [
    ("{", PolicyNotJson),
    ("[]", PolicyWrongValue),
    ("{}", PolicyWrongValue),
    ('{"version": true, "rules": []}', PolicyWrongValue),
    ('{"version": 1, "rules": {}}', PolicyWrongValue),
    ('{"version": 1, "rules": [], "rule": []}', PolicyUnknownField),
    (
        '{"version": 1, "rules": [{"name": "a", "when": {"origins": ["x"]}, "then": "block"}]}',
        PolicyUnknownField,
    ),
    ('{"version": 1, "rules": [{"name": "a", "when": {"origin": []}, "then": "block"}]}', PolicyWrongValue),
    (
        '{"version": 1, "rules": [{"name": "a", "when": {"tier": ["fuzzy"]}, "then": "block"}]}',
        PolicyWrongValue,
    ),
    ('{"version": 1, "rules": [{"name": "a", "then": "delete"}]}', PolicyWrongValue),
    ('{"version": 1, "rules": [{"name": "no-match", "then": "block"}]}', PolicyWrongValue),
    (
        '{"version": 1, "rules": [{"name": "a", "then": "block"}, {"name": "a", "then": "allow"}]}',
        PolicyWrongValue,
    ),
    (
        '{"version": 1, "rules": [{"name": "a", "when": {"confirmations": -1}, "then": "block"}]}',
        PolicyWrongValue,
    ),
    ('{"version": 1, "rules": [], "undecided": {"default": "open"}}', PolicyWrongValue),
    ('{"version": 1, "rules": [], "dry_run": "no"}', PolicyWrongValue),
]


@pytest.mark.parametrize(("raw", "error"), WRONG)
def test_a_wrong_policy_is_refused_by_name_and_place(raw: str, error: type[PolicyRefused]) -> None:
    with pytest.raises(error) as caught:
        parse_policy(raw)
    assert caught.value.where
    assert caught.value.where in caught.value.message.fr


@given(
    st.lists(
        st.builds(seen, tier=st.sampled_from(TIERS), state=st.sampled_from(["active", "disputed"])),
        min_size=1,
    ),
    st.builds(seen, tier=st.sampled_from(TIERS)),
)
def test_more_evidence_never_makes_a_verdict_milder(held: list[Evidence], more: Evidence) -> None:
    policy = parse_policy(json.dumps(EXAMPLE))
    before, after = judge(policy, "bare", held), judge(policy, "bare", [*held, more])
    assert OUTCOMES.index(after.outcome) >= OUTCOMES.index(before.outcome)
