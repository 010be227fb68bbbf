"""Platforms, moderators, a person at the hotline: one item's story, in hours.

In: a candidate rule, who uploads what, how people are. Out: `Ending`: what was refused, released, suspended,
and what it cost. Next: `opponents`.

Nobody here sees a picture but moderators. A moderator errs with a probability of their own; the second errs
likewise, or, with probability `alike`, just as the first did; where they differ a third decides. The person
at the hotline sees counts and voices, waits until every platform with people has spoken, and follows them,
never the counts. Where they differ, that person asks them all to look once more.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Literal

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from bench.game.candidates import Candidate
from repit.hotline.bank.doubt_rule import DEEP, VOICES_LAST, View, Voice
from repit.platform.review import asking

Times = NDArray[np.float64]
Picture = Literal["private", "famous"]
_BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
_A_DAY = 24.0
_MOST_ASKED = 60
_FIRST = 400


@dataclass(frozen=True)
class People:
    """How moderators and the hotline's person are. `harmless`: the chance that one takes a private picture
    for a harmless one; `harmful`: the other way round; delays are means, in hours."""

    harmless: float = 0.01
    harmful: float = 0.05
    alike: float = 0.2
    moderator_hours: float = 4.0
    hotline_hours: float = 24.0


@dataclass(frozen=True)
class Platform:
    """`uploads` an hour of the item by distinct senders; `objects`: the share of refused uploads that
    somebody objects to; `lies` an hour: objections that are made up. `desk`: whether it has people of whom
    the hotline knows. `says`: what it says unasked, whatever anyone saw. `deep`: how much of the family
    agrees."""

    name: str
    uploads: float
    objects: float = 0.02
    lies: float = 0.0
    desk: bool = True
    says: View | None = None
    speaks_for_people: bool = False
    deep: int | None = 90
    lying_helps: float = 1.0
    """By what a moderator's error is multiplied where an objection tells a good story."""


@dataclass
class Ending:
    """One story. Hours; infinite where it never came to that. `released`: from when to when at a platform."""

    suspended: float = np.inf
    released: dict[str, list[tuple[float, float]]] = field(default_factory=dict)
    refused: int = 0
    looks: int = 0
    asked: bool = False
    open_hours: float = 0.0
    """Hours in which it passed somewhere, platforms added up."""

    @property
    def opened(self) -> bool:
        """Whether it passed anywhere."""
        return bool(self.released) or np.isfinite(self.suspended)


@dataclass(frozen=True)
class _Opinion:
    at: float
    voice: Voice


@dataclass
class _Play:
    """One story while it is told."""

    rule: Candidate
    picture: Picture
    people: People
    chance: Generator
    hours: float
    family: bool
    bait: bool
    end: Ending = field(default_factory=Ending)
    opinions: list[_Opinion] = field(default_factory=list)
    held: dict[str, list[tuple[float, float]]] = field(default_factory=dict)
    """When each platform held uploads back that it then let go."""


def story(
    rule: Candidate,
    platforms: Sequence[Platform],
    picture: Picture,
    people: People,
    chance: Generator,
    *,
    hours: float,
    family: bool = True,
    bait: bool = False,
) -> Ending:
    """Play one item's story through. `bait`: what is uploaded is a harmless picture with the hash of the
    item."""
    play, times = _Play(rule, picture, people, chance, hours, family, bait), dict[str, Times]()
    end = play.end
    for platform in platforms:
        times[platform.name] = _uploads(platform, chance, hours)
        if platform.says is not None:
            play.opinions.append(
                _Opinion(0.0, Voice(platform.name, platform.says, platform.speaks_for_people, platform.deep))
            )
        elif rule.looks and platform.desk:
            _looked(play, platform, times[platform.name])
    _judged(
        play,
        [platform for platform in platforms if platform.desk and platform.says is None],
        _flood(rule, times, hours),
    )
    for name, moments in times.items():
        spans = [*end.released.get(name, ()), *play.held.get(name, ()), (end.suspended, np.inf)]
        passing = np.zeros(len(moments), np.bool_)
        for begins, ends in spans:
            passing |= (moments >= begins) & (moments < ends)
        end.refused += int((~passing).sum())
        passed = end.released.get(name, [])
        clipped = [(begin, min(stop, hours, end.suspended)) for begin, stop in passed if begin < hours]
        end.open_hours += sum(max(0.0, stop - begin) for begin, stop in clipped)
        end.open_hours += max(0.0, hours - end.suspended)
    end.released = {name: spans for name, spans in end.released.items() if spans[0][0] < hours}
    end.suspended = end.suspended if end.suspended < hours else np.inf
    return end


def _uploads(platform: Platform, chance: Generator, hours: float) -> Times:
    """Moments of uploads. Of those to which nobody objects only the first few matter to any rule."""
    if not platform.objects:
        moments: Times = np.cumsum(chance.exponential(1 / platform.uploads, _FIRST))
        return moments[moments < hours]
    return np.sort(chance.uniform(0, hours, chance.poisson(platform.uploads * hours)))


def _looked(play: _Play, platform: Platform, moments: Times) -> None:
    """The platform's own desk, asked as the production asks it."""
    chance, hours = play.chance, play.hours
    lies = np.sort(chance.uniform(0, hours, chance.poisson(platform.lies * hours)))
    true = moments[chance.random(len(moments)) < platform.objects]
    looks, answered, since = 0, None, 0.0
    while looks < _MOST_ASKED:
        heard = _Heard(moments, np.sort(np.concatenate([true, lies])), lies)
        asked, lied = _asked(heard, looks, answered, since)
        if asked is None or asked > hours:
            return
        looks += 1
        at, goes = _look(play, platform, asked, lied)
        answered, since = _BEGIN + timedelta(hours=at), at
        if goes:
            if not _harmless(play):
                play.end.released.setdefault(platform.name, []).append((at, np.inf))
            return


def _look(play: _Play, platform: Platform, asked: float, lied: bool) -> tuple[float, bool]:
    """When the desk has answered, and whether it lets go; what it says goes to the hotline."""
    people, chance = play.people, play.chance
    wrong = people.harmful if play.picture == "famous" else people.harmless
    goes, reviewers = _decided(play, min(0.9, wrong * platform.lying_helps) if lied else wrong)
    at = asked + float(sum(chance.exponential(people.moderator_hours) for _ in range(reviewers)))
    play.end.looks += reviewers
    if goes and play.rule.holds:
        play.held.setdefault(platform.name, []).append((asked, at))
    deep = platform.deep if play.rule.compares else 90
    play.opinions.append(_Opinion(at, Voice(platform.name, "not_blocked" if goes else "blocked", True, deep)))
    return at, goes


def _harmless(play: _Play) -> bool:
    """Whether what was let go is the picture that they saw, and not the item whose hash it has."""
    return play.bait and play.rule.compares


@dataclass(frozen=True)
class _Heard:
    """What reaches a desk: refused uploads, objections, and which of these are lies."""

    refused: Times
    objections: Times
    lies: Times


def _asked(heard: _Heard, looks: int, answered: datetime | None, since: float) -> tuple[float | None, bool]:
    """When the desk is asked next, and whether a lie is on the table."""
    if not looks:
        for place, at in enumerate(heard.refused):
            day = place + 1 - int(np.searchsorted(heard.refused, at - _A_DAY))
            objected = int(np.searchsorted(heard.objections, at, side="right"))
            if asking.asks(asking.Stands(day, objected), _BEGIN + timedelta(hours=float(at))):
                return float(at), bool(np.searchsorted(heard.lies, at, side="right"))
        return (float(heard.objections[0]), True) if len(heard.objections) else (None, False)
    fresh = heard.objections[heard.objections > since]
    if not len(fresh):
        return None, False
    at = max(float(fresh[0]), since + asking.rest(looks).total_seconds() / 3600)
    moment = _BEGIN + timedelta(hours=at, seconds=1)
    objected = int(np.searchsorted(fresh, at, side="right"))
    if not asking.asks(asking.Stands(0, objected, looks, answered), moment):
        return None, False
    return at, bool(((heard.lies > since) & (heard.lies <= at)).any())


def _decided(play: _Play, wrong: float) -> tuple[bool, int]:
    """Whether the platform lets it go, and how many had to look."""
    right, chance = play.picture == "famous", play.chance

    def looks_at_it() -> bool:
        return right if chance.random() >= wrong else not right

    first = looks_at_it()
    if not play.rule.two:
        return first, 1
    second = first if chance.random() < play.people.alike else looks_at_it()
    return (first, 2) if first == second else (looks_at_it(), 3)


def _flood(rule: Candidate, times: dict[str, Times], hours: float) -> tuple[float, str]:
    """When counts first say something, and what."""
    everything = sorted(
        (float(at), name) for name, moments in times.items() for at in moments[:_FIRST] if at < hours
    )
    recent: dict[str, list[float]] = {name: [] for name in times}
    for at, name in everything:
        recent[name].append(at)
        for held in recent.values():
            while held and held[0] <= at - _A_DAY:
                held.pop(0)
        judged = rule.counts({party: len(held) for party, held in recent.items() if held}, ())
        if judged.finding != "quiet":
            return at, judged.finding
    return np.inf, "quiet"


def _judged(play: _Play, desks: Sequence[Platform], flood: tuple[float, str]) -> None:
    """When it is suspended everywhere: by the rule, or by the person whom the rule asked."""
    at, finding = flood
    end = play.end
    end.suspended = at if finding == "suspend" else np.inf
    by_rule, asks, differ = _heard(play)
    if differ < min(end.suspended, by_rule):
        _ask_again(play, desks, differ)
        by_rule, asks, _ = _heard(play)
    end.suspended = min(end.suspended, by_rule)
    asks = min(asks, at if finding == "ask" else np.inf)
    end.asked = bool(np.isfinite(asks))
    if not np.isfinite(asks) or end.suspended <= asks:
        return
    moment = asks + float(play.chance.exponential(play.people.hotline_hours))
    for again in (False, True):
        moment = max([moment, *(_first(play, desk.name) for desk in desks)])
        if not moment < min(end.suspended, play.hours):
            return
        against, blocked = _tally(play, moment)
        if len(against) >= 2 and len(against) > 2 * len(blocked):
            end.suspended = moment
            return
        if again or not against or not blocked:
            return
        _ask_again(play, desks, moment)
        end.suspended = min(end.suspended, _heard(play)[0])
        moment += float(play.chance.exponential(play.people.hotline_hours))


def _heard(play: _Play) -> tuple[float, float, float]:
    """When the rule suspends, when it first asks, when people first differ, by what was said."""
    held: dict[str, _Opinion] = {}
    asks = differ = np.inf
    span = VOICES_LAST.total_seconds() / 3600
    for opinion in sorted(play.opinions, key=lambda each: each.at):
        held[opinion.voice.party] = opinion
        voices = [each.voice for each in held.values() if each.at > opinion.at - span]
        judged = play.rule.voices(voices, play.family)
        if judged.finding == "suspend":
            return opinion.at, asks, differ
        asks = min(asks, opinion.at if judged.finding == "ask" else np.inf)
        differ = min(differ, opinion.at if judged.differ else np.inf)
    return np.inf, asks, differ


def _first(play: _Play, name: str) -> float:
    """When a platform's people first spoke; nought where they never do, and nobody waits for them."""
    return min((opinion.at for opinion in play.opinions if opinion.voice.party == name), default=0.0)


def _tally(play: _Play, moment: float) -> tuple[list[Voice], list[Voice]]:
    """Those whose people do not block it, having compared closely; and those whose people do."""
    newest: dict[str, _Opinion] = {}
    for opinion in sorted(play.opinions, key=lambda each: each.at):
        if opinion.at <= moment and opinion.voice.people:
            newest[opinion.voice.party] = opinion
    voices = [opinion.voice for opinion in newest.values()]
    against = [
        voice
        for voice in voices
        if voice.view == "not_blocked" and (not play.family or (voice.deep or 0) >= DEEP)
    ]
    return against, [voice for voice in voices if voice.view == "blocked"]


def _ask_again(play: _Play, desks: Sequence[Platform], moment: float) -> None:
    """The hotline asks every platform's people who have spoken to look once more."""
    for desk in desks:
        if not 0.0 < _first(play, desk.name) <= moment:
            continue
        at, goes = _look(play, desk, moment, False)
        spans = play.end.released.setdefault(desk.name, [])
        if goes and not (spans and np.isinf(spans[-1][1])) and not _harmless(play):
            spans.append((at, np.inf))
        elif not goes and spans and np.isinf(spans[-1][1]):
            spans[-1] = (spans[-1][0], at)
        if not spans:
            del play.end.released[desk.name]
