"""When an item is to be looked at by a person, and when it is suspended before one has looked.

In: counts of matches by reporter, opinions of platforms. Out: a finding with its reason. Next: `floods`,
`hotline.feeds.opinions`. Pure; `bench.game` plays it against both kinds of opponents (docs/en/game.md).

Two people want opposite things of this rule. Whoever spreads a picture uploads it until somebody gives way;
whoever poisons a bank submits a picture that everyone may show, so that everyone is refused. The first can
make any number of uploads, accounts and small platforms; what neither can make is a moderator of a platform
that the hotline knows, who has looked. So counts never suspend anything: they ask. Only such voices suspend,
each party once, and the other side's weigh against them.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from statistics import median
from typing import Final, Literal

Finding = Literal["quiet", "ask", "suspend"]
View = Literal["blocked", "not_blocked", "pending", "none"]

SATURATION: Final = 25
"""Matches of one item that one reporter is believed in a day: one alone never reaches `FLOOR`."""
FLOOR: Final = 50
DEVIATIONS: Final = 8
MIN_PEERS: Final = 10
_NORMAL: Final = 1.4826

VOICES: Final = 3
"""Parties whose moderators looked and do not block it, so that it is suspended: two that collude are not
enough. What partners tell of is worth the same: two would spare it few refusals (docs/bench/game.md)."""
MACHINES: Final = 3
"""Parties that do not block it, nobody having looked, so that a person is asked."""
DEEP: Final = 25
"""Of a hundred anchored hashes of an item, so many must agree with what the moderators looked at: a picture
can be made to have another's standard hash, hardly to have its whole family."""
VOICES_LAST: Final = timedelta(days=30)
"""Voices further apart were not heard of one event: mistakes of months do not add up."""
QUIET: Final = timedelta(days=30)
"""After a person has kept an item, counts do not ask again for so long; twice as long after each time."""


@dataclass(frozen=True, slots=True)
class Voice:
    """One party's present opinion. `people`: given by moderators who looked; `deep`: how much of the item's
    family agreed with what they saw, of a hundred; None where nothing could be compared."""

    party: str
    view: View
    people: bool = False
    deep: int | None = None


@dataclass(frozen=True, slots=True)
class Judged:
    """What follows, and why, for the item's record. `differ`: people who looked say different things, so all
    of them are asked to look once more."""

    finding: Finding
    reason: str = ""
    differ: bool = False


def by_counts(matches: Mapping[str, int], peers: Sequence[int]) -> Judged:
    """Compare an item's matches, by reporter, with those of its peers (other items that matched at all).

    A private picture is uploaded by few; a meme, a logo or a press photograph by everyone. The limit is the
    peers' median plus eight robust standard deviations (1.4826 x the median absolute deviation, which half of
    the peers may be poisoned without moving far: Leys et al. 2013, doi:10.1016/j.jesp.2013.03.013), never
    less than `FLOOR`. Too few peers say nothing, then the floor alone decides.
    """
    total, middle, limit = saturated(matches.values()), 0.0, float(FLOOR)
    if len(peers) >= MIN_PEERS:
        middle = float(median(peers))
        spread = _NORMAL * float(median(abs(peer - middle) for peer in peers))
        limit = max(limit, middle + DEVIATIONS * spread)
    if total < limit:
        return Judged("quiet")
    reason = f"{total} matches at {len(matches)} platforms in a day, each counted up to {SATURATION}"
    return Judged("ask", f"{reason}; limit {limit:.0f}, peers' median {middle:.0f}")


def saturated(counts: Iterable[int]) -> int:
    """What counts of several reporters come to."""
    return sum(min(count, SATURATION) for count in counts)


def by_voices(voices: Sequence[Voice], *, family: bool, keeps: int = 0) -> Judged:
    """Weigh what platforms think of an item.

    `family`: whether it has anchored hashes; `keeps`: how often a person has kept it, each of which doubles
    what it takes.
    """
    looked = {voice.party for voice in voices if voice.people and voice.view == "blocked"}
    against = {voice.party for voice in voices if _against(voice, family)} - looked
    shallow = (
        {voice.party for voice in voices if voice.people and voice.view == "not_blocked"} - against - looked
    )
    machines = {voice.party for voice in voices if voice.view == "not_blocked"} - against - shallow - looked
    needed = VOICES * 2**keeps
    reason = f"not blocked by moderators of {len(against)} parties, blocked by those of {len(looked)}"
    if len(against) >= needed and len(against) > 2 * len(looked):
        return Judged("suspend", reason)
    if against or shallow:
        more = f"; {len(shallow)} more could not compare closely" if shallow else ""
        return Judged("ask", f"{reason}, {needed} needed{more}", bool(against and looked))
    if len(machines) >= MACHINES:
        return Judged("ask", f"not blocked at {len(machines)} platforms, nobody there having looked")
    return Judged("quiet")


def _against(voice: Voice, family: bool) -> bool:
    deep = not family or (voice.deep is not None and voice.deep >= DEEP)
    return voice.people and voice.view == "not_blocked" and deep
