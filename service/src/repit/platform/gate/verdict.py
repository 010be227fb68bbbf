"""From evidence to a verdict that explains itself.

In: what an upload has in common with banked items (or why it could not be looked at), a channel, a policy.
Out: `Verdict`: allow, review or block, the rule that said so and the evidence it rests on. Next: every
channel answers with it, `decisions` records it. Pure: no framework, no network, no clock.

Each piece of evidence meets the policy's rules in their order and takes the first that fits; of all those
outcomes the strictest is the verdict's. So one entry that a rule lets pass can never hide another that is
blocked.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final, Literal

from repit.foundation.errors import Text
from repit.platform.gate.entries import FEED, Key, KnownEntry

if TYPE_CHECKING:  # settings and policies are read without the engine
    from repit.platform.gate.pictures import Signature

Outcome = Literal["allow", "review", "block"]
Tier = Literal["exact", "standard", "orientation", "altered", "possible"]
"""How strongly an upload agrees with an item, strongest first.

`exact`: the same file. `standard`: PDQ within 31 of 256, as the whole field matches. `orientation`: the same
after one of the seven mirrors and turns. `altered`: parts of it agree, surely enough to act on. `possible`:
they agree less surely; for a person to look at.
"""
TIERS: Final[tuple[Tier, ...]] = ("exact", "standard", "orientation", "altered", "possible")
OUTCOMES: Final[tuple[Outcome, ...]] = ("allow", "review", "block")

Left = Literal["no-picture", "film", "page", "container", "video", "undecided"]
"""What an upload is that could not be looked at (`kinds`). `film`: moving pictures or sound that nobody looks
at here; `video`: one that is looked at, and could not be, or not to its end."""
UNOPENED: Final = frozenset({"film", "page"})
"""Shown as they are by browsers: a channel that refuses what is undecided refuses them."""

SAME: Final[frozenset[str]] = frozenset({"exact", "standard", "orientation"})
"""Tiers at which an upload agrees with the whole of an item."""
SURE: Final[frozenset[str]] = SAME | {"altered"}
"""Tiers on which a policy may act alone."""

NO_MATCH: Final = "no-match"
UNDECIDED: Final = "undecided"
NOT_A_PICTURE: Final = "not-a-picture"
UNOPENED_RULE: Final = "not-opened"
CONTAINER_RULE: Final = "not-looked-into"
STALE_RULE: Final = "feed-too-old"
PLAIN: Final = frozenset({NO_MATCH, NOT_A_PICTURE, UNOPENED_RULE, CONTAINER_RULE})
"""Rules of uploads of which only a count is kept."""


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the upload that agreed: `of` what (whole, negative, trimmed, anchor, proposed, cell, …).

    `rectangle`: left, top, right, bottom in shares of the upload, to draw it; nothing is known of where in
    the banked picture.
    """

    of: str
    distance: int
    rectangle: tuple[float, float, float, float]


Span = tuple[int, int]
"""From and to, both inclusive, in milliseconds from the first shown frame."""


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch that shows the same in an upload and in what is known: `upload` from where to where in the
    one, `known` in the other; None of what is a still picture. `speed`: milliseconds of the known video to
    one of the upload; negative where it runs backwards.
    """

    upload: Span | None
    known: Span | None
    speed: float = 1.0

    @property
    def reversed(self) -> bool:
        """Whether the upload runs backwards."""
        return self.speed < 0


@dataclass(frozen=True, slots=True)
class Evidence:
    """One item that the upload agrees with. `distance` in bits of 256, None for the same file.

    `turned`: which of the eight orientations of the upload agreed, None where that means nothing.
    `expected_false`: matches at least this good that one upload of nothing known would give, on average.
    `parts`: nearest first, of the upload alone. `asked`: whether people here are asked about the item now
    ("yes", "no"); `let_go`: whether the upload shows a picture that they let pass here. `source`: the
    exchange that the gate follows itself and that the item came from; empty for the hotline's feed. `stale`:
    whether it came by a feed that has been silent for too long. `proportion`: width by height of what the
    parts are of, to draw them; None where no picture was looked at. `segments`: where the upload, or the
    item, or both are videos, which stretches agree; `scenes`: how many different scenes do. `duration`: of
    the upload, in milliseconds, where it is a video; `piece`: it agrees in little of it, and of the item.
    """

    item: str
    origin: str
    kind: str
    media: str
    state: str
    confirmations: int
    tier: Tier
    distance: int | None = None
    turned: str | None = None
    expected_false: float | None = None
    parts: tuple[Part, ...] = ()
    exchange: str = "repit"
    asked: str = "no"
    let_go: bool = False
    source: str = FEED
    stale: bool = False
    proportion: float | None = None
    segments: tuple[Segment, ...] = ()
    scenes: int = 0
    duration: int | None = None
    piece: bool = False

    @classmethod
    def of(cls, entry: KnownEntry, tier: Tier) -> "Evidence":
        """What is known of an item, and how sure it is that the upload shows it."""
        return cls(
            item=entry.item,
            origin=entry.origin,
            kind=entry.kind,
            media=entry.media,
            state=entry.state,
            confirmations=entry.confirmations,
            tier=tier,
            exchange=entry.exchange,
            source=entry.source,
        )

    @property
    def agreeing(self) -> int:
        """Milliseconds of the upload that agree, each counted once."""
        total = end = 0
        for begin, until in sorted(segment.upload for segment in self.segments if segment.upload):
            total += max(0, until - max(begin, end))
            end = max(end, until)
        return total

    @property
    def key(self) -> Key:
        """What the index holds the item under."""
        return Key(self.source, self.item)


@dataclass(frozen=True, slots=True)
class LetGoPicture:
    """A picture that people here let pass: its signature, and the items with which it was seen to agree."""

    name: str
    signature: "Signature"
    items: frozenset[str]


@dataclass(frozen=True, slots=True)
class Here:
    """What people at this platform have to do with items: `let_go`, whose very file passes here; `asked`,
    about which they are asked now; `pictures`, which pass here; `files`, which do as well, each as long as it
    agrees with no other items than those that people saw beside it."""

    let_go: frozenset[str] = frozenset()
    asked: frozenset[str] = frozenset()
    pictures: tuple[LetGoPicture, ...] = ()
    files: Mapping[str, frozenset[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Indicator:
    """Something that is no match: a fact that the file states, or what a platform's own classifier says.

    `code` and `word` are short and from known lists; together, `c2pa-ai:trainedAlgorithmicMedia`.
    """

    code: str
    word: str


@dataclass(frozen=True, slots=True)
class Undecided:
    """The upload could not be compared, or not all of it, or not in time: `reason` is a short code, `text`
    says it. `evidence`: what was found nevertheless, none of it sure.
    """

    reason: str
    text: Text
    evidence: tuple[Evidence, ...] = ()
    left: Left = "undecided"


@dataclass(frozen=True, slots=True)
class NoPicture:
    """Nothing in the upload is shown as a picture, and it is not a known file."""


@dataclass(frozen=True, slots=True)
class Ruling:
    """What a policy says to one case: the outcome, the name of the rule, and whether it only watches."""

    outcome: Outcome
    rule: str
    dry_run: bool = False


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is done with an upload. `would_be` is the outcome that a dry run kept from taking effect."""

    outcome: Outcome
    rule: str
    explanation: Text
    evidence: tuple[Evidence, ...] = ()
    undecided: str | None = None
    would_be: Outcome | None = None
    decision: str | None = None
    recorded: bool = False
    milliseconds: float = 0.0
    indicators: tuple[Indicator, ...] = ()
    feed_too_old: bool = False
    """Whether the hotline has been silent for too long when this was judged."""
    wanted: bool = False
    """Whether the desk is asked about the item, and this upload is the one to look at."""

    @property
    def is_plain(self) -> bool:
        """Whether only a count is kept of it."""
        return self.rule in PLAIN

    def with_record(self, **changes: str | bool | float | None) -> "Verdict":
        """The same verdict with what only its recorder knows."""
        return replace(self, **changes)  # type: ignore[arg-type]


def strictest(rulings: Sequence[Ruling]) -> int:
    """The position of the strictest ruling that takes effect; of equals the first."""
    effective = ["allow" if ruling.dry_run else ruling.outcome for ruling in rulings]
    ranks = [
        (OUTCOMES.index(outcome), OUTCOMES.index(rulings[i].outcome)) for i, outcome in enumerate(effective)
    ]
    return max(range(len(ranks)), key=lambda i: (ranks[i], -i))


def pronounced(
    ruling: Ruling, explanation: Text, evidence: tuple[Evidence, ...], undecided: str | None
) -> Verdict:
    """The verdict of a ruling; a dry run allows and says what it would have done."""
    if not ruling.dry_run:
        return Verdict(ruling.outcome, ruling.rule, explanation, evidence, undecided)
    return Verdict("allow", ruling.rule, explanation, evidence, undecided, would_be=ruling.outcome)


def explained(best: Evidence) -> Text:
    """One sentence on the evidence that decided."""
    if best.segments and best.tier != "exact":
        return _explained_in_time(best)
    if best.tier == "exact":
        return Text("The very same file is in the bank.", "Ce fichier exact est dans la base d’empreintes.")
    if best.tier == "standard":
        return Text(
            f"The picture agrees with a banked one: {best.distance} of 256 bits differ, at most 31 do.",
            f"L’image concorde avec une image connue : {best.distance} bits sur 256 diffèrent, 31 au plus.",
        )
    if best.tier == "orientation":
        return Text(
            f"Mirrored or turned, the picture agrees with a banked one: {best.distance} of 256 bits differ.",
            f"En miroir ou tournée, l’image concorde avec une image connue : {best.distance} bits sur 256"
            " diffèrent.",
        )
    if best.tier == "altered":
        return Text(
            "Altered (a border, a crop, a caption, a turn), the picture still agrees with a banked one.",
            "Modifiée (bord, rognage, légende, rotation), l’image concorde encore avec une image connue.",
        )
    return Text(
        "Parts of the picture may agree with a banked one; a person should look.",
        "Des parties de l’image concordent peut-être avec une image connue ; une personne doit regarder.",
    )


def _explained_in_time(best: Evidence) -> Text:
    """The same where the upload, the item, or both are videos."""
    first = best.segments[0]
    if best.tier == "possible" and first.upload is None:
        return Text(
            "The picture may be a moment of a known video; a person should look.",
            "L’image est peut-être un instant d’une vidéo connue ; une personne doit regarder.",
        )
    if best.tier == "possible":
        return Text(
            "Parts of a video may agree with what is known; a person should look.",
            "Des passages d’une vidéo concordent peut-être avec ce qui est connu ; une personne doit"
            " regarder.",
        )
    if first.upload is None:
        return Text("The picture is a moment of a known video.", "L’image est un instant d’une vidéo connue.")
    begin, end = (clocked(moment) for moment in first.upload)
    if first.known is None:
        return Text(
            f"From {begin} to {end}, the video shows a known picture.",
            f"De {begin} à {end}, la vidéo montre une image connue.",
        )
    if first.reversed:
        return Text(
            f"From {begin} to {end}, the video shows a known one, backwards.",
            f"De {begin} à {end}, la vidéo en montre une connue, à l’envers.",
        )
    return Text(
        f"From {begin} to {end}, the video shows a known one.",
        f"De {begin} à {end}, la vidéo en montre une connue.",
    )


def clocked(moment: int) -> str:
    """Milliseconds as people read them on a player: 1:05, 2:00:07."""
    minutes, seconds = divmod(moment // 1000, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


INDICATED: Final = Text(
    "Nothing known agrees with this, but the file itself gives a reason to look.",
    "Rien de connu ne concorde, mais le fichier lui-même donne une raison de regarder.",
)
LET_GO_HERE: Final = Text(
    "It would be refused, but this platform’s own people have looked and let it go here.",
    "Il serait refusé, mais les modérateurs de cette plateforme l’ont examiné et laissé passer ici.",
)
FEED_TOO_OLD: Final = Text(
    "Nothing known agrees with this, but the hotline has been silent for too long.",
    "Rien de connu ne concorde, mais l’association se tait depuis trop longtemps.",
)
NOTHING_KNOWN: Final = Text("Nothing in the bank agrees with this.", "Rien de connu ne concorde avec ceci.")
NOT_OPENED: Final = Text(
    "A film or a page is not opened; as a whole file it is not known.",
    "Une vidéo ou une page n’est pas ouverte ; en tant que fichier entier, elle n’est pas connue.",
)
NOT_LOOKED_INTO: Final = Text(
    "A document or an archive is not looked into; as a whole file it is not known.",
    "L’intérieur d’un document ou d’une archive n’est pas examiné ; en tant que fichier entier, il n’est pas"
    " connu.",
)
NO_PICTURE: Final = Verdict(
    "allow",
    NOT_A_PICTURE,
    Text(
        "Nothing in this is shown as a picture; as a whole file it is not known.",
        "Rien dans ce fichier ne s’affiche comme une image ; en tant que fichier entier, il n’est pas connu.",
    ),
)
