"""Policy and verdict: pure, explained, strict."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from repit.foundation.errors import Text
from repit.platform.commands.policy import app
from repit.platform.gate.policy import default_policy, judge
from repit.platform.gate.policy_file import (
    PolicyNotRead,
    PolicyRefused,
    PolicyUnknownField,
    PolicyWrongValue,
    parse_policy,
)
from repit.platform.gate.verdict import OUTCOMES, TIERS, Evidence, Indicator, Undecided

POLICY = """
version = 1

[[rules]]
name = "theirs"
when = {exchange = ["ncmec"]}
then = "review"

[[rules]]
name = "known"
when = {tier = ["exact", "standard"]}
then = "block"

[[indicators]]
name = "made"
when = {indicator = ["c2pa-ai", "classifier:nudity"], channel = ["check"]}
then = "review"
"""
MADE = Indicator("c2pa-ai", "trainedAlgorithmicMedia")
EXAMPLE = {
    "version": 1,
    "dry_run": False,
    "rules": [
        {"name": "disputed", "when": {"state": ["disputed"]}, "then": "review"},
        {"name": "two", "when": {"tier": ["exact", "standard"], "confirmations": 2}, "then": "block"},
        {"name": "known", "when": {"origin": ["b"], "channel": ["bare"]}, "then": "block"},
        {"name": "watch", "when": {"kind": ["deepfake"]}, "then": "block", "dry_run": True},
    ],
    "undecided": {"default": "review", "channels": {"bare": "allow", "strict": "block"}},
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


@pytest.mark.parametrize(
    ("channel", "outcome"), [("bare", "allow"), ("strict", "block"), ("check", "review")]
)
def test_what_cannot_be_decided_is_answered_channel_by_channel(channel: str, outcome: str) -> None:
    verdict = judge(parse_policy(json.dumps(EXAMPLE)), channel, UNDECIDED)
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
    ("{", PolicyNotRead),
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
    assert bool(caught.value.where) == (raw not in ("{", "[]")), "the whole has no place in itself"
    assert caught.value.where in caught.value.message.en and caught.value.where in caught.value.message.fr


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


def test_a_policy_may_be_toml_and_tell_exchanges_apart() -> None:
    policy = parse_policy(POLICY)
    assert judge(policy, "check", [seen()]).outcome == "block"
    assert judge(policy, "check", [replace(seen(), exchange="ncmec")]).rule == "theirs"


def test_an_indicator_sends_to_review_where_its_rule_says_so_and_the_verdict_shows_it() -> None:
    policy = parse_policy(POLICY)
    verdict = judge(policy, "check", [], [MADE])
    assert (verdict.outcome, verdict.rule, verdict.indicators) == ("review", "made", (MADE,))
    assert judge(policy, "bare", [], [MADE]).outcome == "allow"
    assert judge(policy, "check", [], [Indicator("classifier", "cats")]).outcome == "allow"
    assert judge(policy, "check", [seen()], [MADE]).rule == "known"


@pytest.mark.parametrize("then", ["block", "refuse", "", None])
def test_a_rule_on_indicators_alone_cannot_block(then: str | None) -> None:
    document = {
        "version": 1,
        "rules": [],
        "indicators": [{"name": "a", "when": {"indicator": ["c2pa-ai"]}, "then": then}],
    }
    with pytest.raises(PolicyWrongValue) as caught:
        parse_policy(json.dumps(document))
    assert caught.value.where == "indicators[0].then"


# A busy machine draws slowly; what is drawn stays the same.
AT_LEISURE = settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
CODE = st.sampled_from(["c2pa", "c2pa-ai", "iptc-ai", "generator", "classifier"])


@AT_LEISURE
@given(
    st.lists(st.tuples(CODE, st.sampled_from(["allow", "review"]), st.booleans()), max_size=5),
    st.lists(st.builds(Indicator, CODE, st.just("x")), max_size=5),
    st.lists(st.builds(seen, tier=st.sampled_from(TIERS)), max_size=3),
)
def test_no_policy_and_no_set_of_indicators_blocks_what_no_match_blocks(
    rules: list[tuple[str, str, bool]], indicators: list[Indicator], found: list[Evidence]
) -> None:
    document = {
        **EXAMPLE,
        "indicators": [
            {"name": f"s{at}", "when": {"indicator": [code]}, "then": then, "dry_run": dry}
            for at, (code, then, dry) in enumerate(rules)
        ],
    }
    policy = parse_policy(json.dumps(document))
    without, judged = judge(policy, "check", found), judge(policy, "check", found, indicators)
    assert (judged.outcome == "block") == (without.outcome == "block")
    assert OUTCOMES.index(judged.outcome) >= OUTCOMES.index(without.outcome)
    assert judged.evidence == without.evidence


def test_the_canary_is_blocked_before_every_rule_and_passes_in_a_dry_run() -> None:
    canary = Evidence("canary", "repit", "canary", "picture", "active", 1, "standard", 0)
    permissive = {"version": 1, "rules": [{"name": "all", "then": "allow"}]}
    verdict = judge(parse_policy(json.dumps(permissive)), "check", [canary])
    assert (verdict.outcome, verdict.rule) == ("block", "canary")
    dry = judge(parse_policy(json.dumps({**permissive, "dry_run": True})), "check", [canary])
    assert (dry.outcome, dry.would_be) == ("allow", "block")


def test_the_command_checks_a_policy_and_explains_it(tmp_path: Path) -> None:
    file = tmp_path / "policy.toml"
    file.write_text(POLICY)
    run = CliRunner().invoke
    assert run(app, ["check", str(file)]).exit_code == 0
    judged = run(app, ["explain", str(file), "--exchange", "ncmec", "--indicator", "c2pa-ai"]).stdout
    assert "theirs" in judged
    assert "made" in judged
    file.write_text(POLICY.replace("tier =", "tiers ="))
    assert isinstance(run(app, ["check", str(file)]).exception, PolicyUnknownField)


def test_films_pass_where_people_would_look_unless_the_policy_has_them_look() -> None:
    film = replace(UNDECIDED, reason="film", left="film")
    plain = {"version": 1, "rules": []}
    for undecided, outcome, rule in (
        ({}, "allow", "not-opened"),
        ({"unopened": "review"}, "review", "undecided"),
        ({"default": "block"}, "block", "undecided"),
        ({"default": "allow"}, "allow", "not-opened"),
        ({"channels": {"clamd": "block"}}, "block", "undecided"),
        ({"channels": {"clamd": "block"}, "unopened": "review"}, "block", "undecided"),
    ):
        verdict = judge(parse_policy(json.dumps({**plain, "undecided": undecided})), "clamd", film)
        assert (verdict.outcome, verdict.rule, verdict.undecided) == (outcome, rule, "film"), undecided
    with pytest.raises(PolicyWrongValue):
        parse_policy(json.dumps({**plain, "undecided": {"unopened": "block"}}))


@given(
    st.sampled_from(OUTCOMES),
    st.sampled_from(OUTCOMES),
    st.lists(st.builds(seen, tier=st.sampled_from(TIERS)), min_size=1, max_size=3),
    st.booleans(),
)
def test_where_not_all_was_seen_the_stricter_of_what_was_found_and_of_not_knowing_holds(
    default: str, then: str, found: list[Evidence], dry: bool
) -> None:
    document = {
        "version": 1,
        "dry_run": dry,
        "rules": [{"name": "all", "then": then}],
        "undecided": {"default": default},
    }
    policy = parse_policy(json.dumps(document))
    both = judge(policy, "check", replace(UNDECIDED, evidence=tuple(found)))
    apart = judge(policy, "check", found), judge(policy, "check", UNDECIDED)
    rank = [OUTCOMES.index(verdict.would_be or verdict.outcome) for verdict in (both, *apart)]
    assert rank[0] == max(rank[1:])
    assert both.outcome == "allow" or not dry
    assert both.undecided == "decoder-hung"
    assert {evidence.item for evidence in both.evidence} == {evidence.item for evidence in found}
