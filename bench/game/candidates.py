"""The rules tried: when an item is suspended everywhere, and when a platform lets it go by itself.

In: counts and voices as the hotline has them. Out: findings. Next: `world`. The chosen one calls the
production's functions and nothing else; the others are what it was chosen over.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from repit.hotline.bank.doubt_rule import DEEP, FLOOR, Judged, Voice, by_counts, by_voices, saturated

Counts = Callable[[Mapping[str, int], Sequence[int]], Judged]
Voices = Callable[[Sequence[Voice], bool], Judged]


@dataclass(frozen=True)
class Candidate:
    """`looks`: whether platforms' own people are asked about what refuses; `two`: whether two must let go;
    `compares`: whether the family is compared, so that a made picture is let go alone and no item with it;
    `holds`: whether platforms hold uploads back, neither shown nor refused, while their people look."""

    name: str
    counts: Counts
    voices: Voices
    looks: bool = True
    two: bool = True
    compares: bool = True
    holds: bool = False


def _raw(matches: Mapping[str, int], _peers: Sequence[int]) -> Judged:
    return Judged("suspend" if sum(matches.values()) >= FLOOR else "quiet")


def _saturated(matches: Mapping[str, int], _peers: Sequence[int]) -> Judged:
    return Judged("suspend" if saturated(matches.values()) >= FLOOR else "quiet")


def _asking(matches: Mapping[str, int], peers: Sequence[int]) -> Judged:
    return by_counts(matches, peers)


def _never(_matches: Mapping[str, int], _peers: Sequence[int]) -> Judged:
    return Judged("quiet")


def _nobody(_voices: Sequence[Voice], _family: bool) -> Judged:
    return Judged("quiet")


def _any_three(voices: Sequence[Voice], _family: bool) -> Judged:
    against = {voice.party for voice in voices if voice.view == "not_blocked"}
    return Judged("suspend" if len(against) >= 3 else "ask" if against else "quiet")


def _people(needed: int, *, weighed: bool = True, deep: bool = True) -> Voices:
    def judge(voices: Sequence[Voice], family: bool) -> Judged:
        known = family and deep
        looked = (
            {voice.party for voice in voices if voice.people and voice.view == "blocked"}
            if weighed
            else set()
        )
        against = {
            voice.party
            for voice in voices
            if voice.people and voice.view == "not_blocked" and (not known or (voice.deep or 0) >= DEEP)
        } - looked
        enough = len(against) >= needed and len(against) > 2 * len(looked)
        differ = bool(against and looked) and not enough
        return Judged("suspend" if enough else "ask" if against else "quiet", "", differ)

    return judge


def _chosen(voices: Sequence[Voice], family: bool) -> Judged:
    return by_voices(voices, family=family)


def _only_asking(voices: Sequence[Voice], family: bool) -> Judged:
    judged = by_voices(voices, family=family)
    return replace(judged, finding="ask") if judged.finding == "suspend" else judged


CHOSEN = Candidate("chosen", _asking, _chosen)
CANDIDATES = (
    Candidate("before: 50 matches, or 3 opinions", _raw, _any_three, looks=False, two=False),
    Candidate("counts alone, saturated", _saturated, _nobody, looks=False),
    Candidate("3 opinions of anyone", _never, _any_three),
    Candidate("1 platform's people", _asking, _people(1)),
    Candidate("2 platforms' people", _asking, _people(2)),
    Candidate("3, blocked not weighed", _asking, _people(3, weighed=False)),
    Candidate("3, family not compared", _asking, _people(3, deep=False), compares=False),
    Candidate("3, one moderator lets go", _asking, _chosen, two=False),
    Candidate("4 platforms' people", _asking, _people(4)),
    Candidate("only a person at the hotline", _asking, _only_asking, looks=False),
    replace(CHOSEN, name="chosen, uploads held back meanwhile", holds=True),
    CHOSEN,
)
