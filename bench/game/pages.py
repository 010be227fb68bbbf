"""The page of the game: each rule against each opponent, and how far the chosen one bends.

In: endings. Out: `Report`. Next: `docs/bench/game.md`.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from bench.common import Options, Report, Table
from bench.game.candidates import CANDIDATES, CHOSEN, Candidate, _people
from bench.game.opponents import (
    POISONERS,
    SPREADERS,
    Opponent,
    Tides,
    anywhere,
    endings,
    everywhere,
    stopped_below,
    three,
)
from bench.game.world import Ending, People

RUNS = 1_000
FEWER = 300


def run(options: Options) -> Report:
    """Play every rule against every opponent."""
    runs = RUNS if options.runs == Options().runs else options.runs
    report = Report(
        "game",
        "Who can end an item's protection, and who can have a famous picture refused",
        "A seeded simulation, in hours, of platforms, moderators and a person at the hotline. What is built"
        " calls the production's own functions (`repit.hotline.bank.doubt_rule`,"
        " `repit.platform.review.asking`); the others are what it was chosen over. What the numbers mean, and"
        " where the rule breaks: [the game](../en/game.md).",
        notes=[
            f"{runs} stories a cell, {FEWER} in the tables of what bends; the same seeds for every rule. A"
            " share of nought means: in none of them.",
            _assumed(People()),
            "A made-up objection makes a moderator err five times as often. The person at the hotline sees"
            " no picture, waits for every platform with people, follows two of them where few say otherwise,"
            " asks all to look again where they differ, and never follows counts.",
            "Delays are exponential, errors independent but for the share in which a second moderator errs as"
            " the first did. Real moderators have nights and weekends; read the hours as hours of work.",
        ],
    )
    _spread(report, runs)
    _poison(report, runs)
    _voices(report)
    _bends(report)
    return report


def _assumed(people: People) -> str:
    return (
        f"Assumed: a moderator takes a private picture for a harmless one in {people.harmless:.0%} of looks,"
        f" a famous one for a private one in {people.harmful:.0%}; in {people.alike:.0%} a second look is the"
        f" first again; {people.moderator_hours:g} hours until a moderator looks, {people.hotline_hours:g}"
        " until the person at the hotline decides (means)."
    )


def _spread(report: Report, runs: int) -> None:
    rows = []
    for rule in CANDIDATES:
        ended = [endings(spreader, rule, runs) for spreader in SPREADERS]
        rows.append((rule.name, *(_both(each) for each in ended)))
        if rule in (CANDIDATES[0], CHOSEN):
            shares = [100 * everywhere(each) for each in ended]
            _compared(report, rule, SPREADERS, shares, "% suspended: ")
    report.tables.append(
        Table(
            "Those who spread: how often a private picture was suspended everywhere / passed somewhere, and"
            " for how many hours on the average of all stories, platforms added up",
            ("rule", *(spreader.name for spreader in SPREADERS)),
            rows,
        )
    )
    _add_legend(report, SPREADERS)


def _poison(report: Report, runs: int) -> None:
    rows = []
    for rule in CANDIDATES:
        ended = [endings(poisoner, rule, runs) for poisoner in POISONERS]
        rows.append((rule.name, *(_refusals(each) for each in ended)))
        if rule in (CANDIDATES[0], CHOSEN):
            medians = [float(np.median([ending.refused for ending in each])) for each in ended]
            _compared(report, rule, POISONERS, medians, "wrong refusals: ")
    report.tables.append(
        Table(
            "Those who poison: wrong refusals in a month, median (95th of 100), share of stories below 100",
            ("rule", *(poisoner.name for poisoner in POISONERS)),
            rows,
        )
    )
    _add_legend(report, POISONERS)


_before: dict[str, float] = {}


def _compared(
    report: Report, rule: Candidate, against: Sequence[Opponent], figures: Sequence[float], what: str
) -> None:
    for opponent, figure in zip(against, figures, strict=True):
        if rule is CHOSEN:
            report.compare(opponent.name, what.strip(": "), figure, "before", _before[opponent.name])
        else:
            _before[opponent.name] = figure


def _add_legend(report: Report, opponents: Sequence[Opponent]) -> None:
    report.notes += [f"*{opponent.name}*: {opponent.about}." for opponent in opponents]


def _voices(report: Report) -> None:
    """How many platforms' people it should take, for what was submitted here and for partners' records."""
    spread = [
        spreader
        for spreader in SPREADERS
        if spreader.name in ("a subscriber broken into", "two colluding platforms")
    ]
    rows = []
    for needed in (1, 2, 3, 4, 5):
        rule = Candidate(str(needed), CHOSEN.counts, _people(needed))
        ended = [everywhere(endings(spreader, rule, FEWER)) for spreader in spread]
        poison = endings(POISONERS[-1], rule, FEWER)
        rows.append((str(needed), *(_share(each) for each in ended), _refusals(poison)))
    report.tables.append(
        Table(
            "How many platforms' people: suspended everywhere; wrong refusals at ten platforms",
            ("people of", *(spreader.name for spreader in spread), "a famous picture at ten platforms"),
            rows,
        )
    )


def _bends(report: Report) -> None:
    usual, famous, liar = People(), POISONERS[0], SPREADERS[1]
    report.tables.append(
        Table(
            "The chosen rule, by uploads an hour and platform, and by hours until a moderator looks:"
            " wrong refusals",
            ("uploads an hour", *(f"{hours:g} h" for hours in (0.5, 2, 4, 12, 24))),
            [
                (
                    f"{rate:g}",
                    *(
                        _refusals(
                            endings(
                                replace(famous, platforms=three(rate)),
                                CHOSEN,
                                FEWER,
                                replace(usual, moderator_hours=hours),
                            )
                        )
                        for hours in (0.5, 2, 4, 12, 24)
                    ),
                )
                for rate in (0.25, 1, 2, 5, 20)
            ],
        )
    )
    report.tables.append(
        Table(
            "The chosen rule against 1,000 accounts that lie for a year, by how often a moderator errs (five"
            " times as often where somebody lies) and how often a second look is the first again",
            ("errs", *(f"alike {alike:.0%}" for alike in (0.0, 0.2, 0.5, 1.0))),
            [
                (
                    f"{wrong:.1%}",
                    *(
                        _both(endings(liar, CHOSEN, FEWER, replace(usual, harmless=wrong, alike=alike)))
                        for alike in (0.0, 0.2, 0.5, 1.0)
                    ),
                )
                for wrong in (0.002, 0.01, 0.02, 0.05, 0.1)
            ],
        )
    )
    report.tables.append(
        Table(
            "The chosen rule, by the share of refused uploads that somebody objects to: wrong refusals of a"
            " famous picture at three platforms",
            ("uploads an hour", *(f"{share:.1%}" for share in (0.0, 0.005, 0.02, 0.1, 0.5))),
            [
                (
                    f"{rate:g}",
                    *(
                        _refusals(
                            endings(replace(famous, platforms=three(rate, objects=share)), CHOSEN, FEWER)
                        )
                        for share in (0.0, 0.005, 0.02, 0.1, 0.5)
                    ),
                )
                for rate in (0.25, 2, 5)
            ],
        )
    )
    _tides(report)


def _tides(report: Report) -> None:
    rows = []
    for name, tides in (("the item alone", Tides(known=False)), ("the picture that they saw", Tides())):
        chances = [np.random.default_rng((12, number)) for number in range(FEWER)]
        counts = [tides.refused(CHOSEN, People(), chance) for chance in chances]
        rows.append((name, float(np.median(counts)), float(np.percentile(counts, 95))))
    report.tables.append(
        Table(
            "A famous picture submitted anew every day for two weeks, as another near duplicate: wrong"
            " refusals at three platforms",
            ("people let go", "median", "95th of 100"),
            rows,
        )
    )


def _both(ended: Sequence[Ending]) -> str:
    hours = float(np.mean([ending.open_hours for ending in ended]))
    return f"{_share(everywhere(ended))} / {_share(anywhere(ended))}, {hours:.2g} h"


def _refusals(ended: Sequence[Ending]) -> str:
    counts = [ending.refused for ending in ended]
    middle, most = np.percentile(counts, [50, 95])
    return f"{middle:,.0f} ({most:,.0f}), {_share(stopped_below(ended))}"


def _share(share: float) -> str:
    if share in (0.0, 1.0):
        return f"{share:.0%}"
    return f"{100 * share:.2g} %" if share < 0.1 else f"{share:.0%}"
