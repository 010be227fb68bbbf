"""What becomes of each kind of file at each channel, as a table for people.

In: a policy. Out: Markdown in one language. Next: `repit policy kinds`; docs/*/integrations.md, which a test
holds to it. Pure.

Every cell is a verdict: the table is made by asking `kinds` and `policy` what a gate asks them, so that it
says what the gate does. Only what ends before there is a verdict (an empty body, a form that holds no file,
more bytes than are taken) is written down here; another test sends each of them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from repit.foundation.errors import Text
from repit.platform.gate.channels import TWO_ANSWERS, Channel
from repit.platform.gate.kinds import left_undone
from repit.platform.gate.policy import Policy, default_policy, judge
from repit.platform.gate.verdict import NO_MATCH, NO_PICTURE, Evidence, Outcome, Undecided, Verdict
from repit_engine.picture.kinds import Kind

Integration = Literal["http", "clamd", "icap", "s3", "products", "mastodon"]
_INTEGRATIONS: Final[dict[Integration, tuple[Text, tuple[Channel, ...]]]] = {
    "http": (Text("HTTP", "HTTP"), ("check", "bare")),
    "clamd": (Text("clamd", "clamd"), ("clamd",)),
    "icap": (Text("ICAP", "ICAP"), ("icap",)),
    "s3": (Text("Object storage", "Stockage d’objets"), ("s3",)),
    "products": (Text("Synapse, WordPress", "Synapse, WordPress"), ("synapse", "wordpress")),
    "mastodon": (Text("Mastodon", "Mastodon"), ("mastodon",)),
}
_KNOWN: Final = Evidence("", "repit", "intimate", "picture", "active", 1, "standard", 0)
_NOTHING: Final = Text("–", "–")
_COMPARED: Final = Text("compared", "comparé")
_COUNTED: Final = Text("passes, counted", "passe, compté")
_OUTCOMES: Final[dict[Outcome, Text]] = {
    "allow": Text("passes, recorded", "passe, noté"),
    "review": Text("**people look**", "**examen**"),
    "block": Text("**refused**", "**refusé**"),
}
_UNDECIDED: Final = Text("`REPIT_GATE_UNDECIDED`, `…_UNDECIDED`", "`REPIT_GATE_UNDECIDED`, `…_UNDECIDED`")
_BYTES: Final = Text("`REPIT_GATE_MAX_BYTES`", "`REPIT_GATE_MAX_BYTES`")
_STALE: Final = Text("`REPIT_GATE_STALE_HOURS`, `feed_too_old`", "`REPIT_GATE_STALE_HOURS`, `feed_too_old`")

Case = Literal["known", "compared", "stale-known", "stale-unknown"]


@dataclass(frozen=True, slots=True)
class Row:
    """One kind of file. `case`: why it is not looked at and as what it would be shown, or another case.
    `fixed`: what ends before there is a verdict."""

    name: str
    what: Text
    case: tuple[str, Kind] | Case
    otherwise: Text = _NOTHING
    fixed: Mapping[Integration, Text] = field(default_factory=dict)


_NO_FORMS: Final[Mapping[Integration, Text]] = dict.fromkeys(
    ("clamd", "s3", "products", "mastodon"), _NOTHING
)
ROWS: Final = (
    Row(
        "known",
        Text(
            "Anything known: the very file, or a picture or video that agrees",
            "Tout ce qui est connu : le fichier même, ou une image ou vidéo qui concorde",
        ),
        "known",
        Text("rules of the policy", "règles de la politique"),
    ),
    Row("picture", Text("Picture, whole", "Image entière"), "compared"),
    Row(
        "animation",
        Text(
            "Animation (GIF, WebP, APNG, AVIF): its frames", "Animation (GIF, WebP, APNG, AVIF) : ses images"
        ),
        "compared",
    ),
    Row(
        "damaged",
        Text("Picture that is damaged, or takes too long", "Image abîmée, ou trop longue à lire"),
        ("damaged-picture", Kind.PICTURE),
        _UNDECIDED,
    ),
    Row(
        "unread",
        Text(
            "Drawing (SVG), picture in a format that is not read",
            "Dessin (SVG), image d’un format qui n’est pas lu",
        ),
        ("unsupported-picture", Kind.PICTURE),
        _UNDECIDED,
    ),
    Row(
        "long",
        Text("Picture larger than is looked at", "Image plus grande que ce qui est examiné"),
        ("too-many-bytes", Kind.PICTURE),
        Text(f"{_BYTES.en}, {_UNDECIDED.en}", f"{_BYTES.fr}, {_UNDECIDED.fr}"),
    ),
    Row(
        "video",
        Text(
            "Video, at a gate that knows what videos show: its moments",
            "Vidéo, à un filtre qui sait ce que montrent des vidéos : ses instants",
        ),
        "compared",
    ),
    Row(
        "video-undecided",
        Text(
            "The same, damaged or not seen to its end in time",
            "De même, abîmée ou pas vue jusqu’au bout à temps",
        ),
        ("damaged-video", Kind.FILM),
        Text(
            "`REPIT_GATE_VIDEO_UNDECIDED`, `…_UNDECIDED`; `videos`",
            "`REPIT_GATE_VIDEO_UNDECIDED`, `…_UNDECIDED` ; `videos`",
        ),
    ),
    Row(
        "film",
        Text("Video at any other gate, sound", "Vidéo à tout autre filtre, son"),
        ("unsupported-picture", Kind.FILM),
        Text("`…_UNDECIDED` that refuses; `unopened`", "`…_UNDECIDED` qui refuse ; `unopened`"),
    ),
    Row(
        "page",
        Text("Web page, other XML", "Page web, autre XML"),
        ("unsupported-picture", Kind.PAGE),
        Text("the same", "de même"),
    ),
    Row(
        "container",
        Text(
            "Document or archive that may hold pictures (PDF, Office, ZIP)",
            "Document ou archive qui peut contenir des images (PDF, Office, ZIP)",
        ),
        ("not-a-picture", Kind.CONTAINER),
        Text("`REPIT_GATE_CONTAINERS`; `containers`", "`REPIT_GATE_CONTAINERS` ; `containers`"),
    ),
    Row("text", Text("Text (plain, CSV)", "Texte (brut, CSV)"), ("not-a-picture", Kind.OTHER)),
    Row("unknown", Text("Unknown bytes", "Octets inconnus"), ("not-a-picture", Kind.OTHER)),
    Row(
        "empty",
        Text("Empty body or file", "Corps ou fichier vide"),
        ("empty-file", Kind.OTHER),
        fixed={"http": Text("400", "400"), "products": Text("not asked about", "sans question")},
    ),
    Row(
        "odd-form",
        Text("Form that parsers read differently", "Formulaire lu différemment selon les analyseurs"),
        ("odd-form", Kind.PICTURE),
        _UNDECIDED,
        _NO_FORMS,
    ),
    Row(
        "no-file",
        Text("Form without exactly one file", "Formulaire sans exactement un fichier"),
        "compared",
        fixed={
            **_NO_FORMS,
            "http": Text("400", "400"),
            "icap": Text("each file by itself", "chaque fichier à part"),
        },
    ),
    Row(
        "too-large",
        Text("Larger than is taken at all", "Plus grand que ce qui est accepté"),
        ("too-many-bytes", Kind.PICTURE),
        Text("`REPIT_GATE_MAX_FILE_BYTES`", "`REPIT_GATE_MAX_FILE_BYTES`"),
        {
            "http": Text("413", "413"),
            "clamd": Text("`ERROR`", "`ERROR`"),
            "icap": Text("413", "413"),
            "products": Text("413", "413"),
        },
    ),
    Row(
        "stale-known",
        Text(
            "Known, and the hotline silent for too long",
            "Connu, et l’association muette depuis trop longtemps",
        ),
        "stale-known",
        _STALE,
    ),
    Row(
        "stale-unknown",
        Text(
            "Not known, and the hotline silent for too long",
            "Inconnu, et l’association muette depuis trop longtemps",
        ),
        "stale-unknown",
        _STALE,
    ),
)
_HEADS: Final = Text("What is sent", "Ce qui est envoyé"), Text("Otherwise by", "Autrement par")


def as_installed() -> Policy:
    """What a gate does that nobody configured, antivirus channels included."""
    return default_policy(undecided_channels=dict.fromkeys(sorted(TWO_ANSWERS), "allow"))


def verdict_of(row: Row, policy: Policy, channel: str) -> Verdict:
    """What the gate says of such an upload."""
    match row.case:
        case "known":
            return judge(policy, channel, [_KNOWN])
        case "compared":
            return judge(policy, channel, [])
        case "stale-known":
            return judge(policy, channel, [_KNOWN], stale=True)
        case "stale-unknown":
            return judge(policy, channel, [], stale=True)
        case (reason, kind):
            left = left_undone(reason, kind)
            if left == "no-picture":
                return NO_PICTURE
            return judge(policy, channel, Undecided(reason, _NOTHING, left=left))


def table(policy: Policy, language: str) -> str:
    """All of it, in Markdown."""
    heads = [_HEADS[0], *(name for name, _ in _INTEGRATIONS.values()), _HEADS[1]]
    lines = [_line(heads, language), "|" + "---|" * len(heads)]
    for row in ROWS:
        cells = [row.what, *(_cell(row, policy, integration) for integration in _INTEGRATIONS), row.otherwise]
        lines.append(_line(cells, language))
    return "\n".join(lines) + "\n"


def _cell(row: Row, policy: Policy, integration: Integration) -> Text:
    if integration in row.fixed:
        return row.fixed[integration]
    channels = _INTEGRATIONS[integration][1]
    words = {channel: _words(row, verdict_of(row, policy, channel)) for channel in channels}
    if len(set(words.values())) == 1:
        return words[channels[0]]
    parts = words.items()
    return Text(
        "; ".join(f"`{channel}` {text.en}" for channel, text in parts),
        " ; ".join(f"`{channel}` {text.fr}" for channel, text in parts),
    )


def _words(row: Row, verdict: Verdict) -> Text:
    if row.case == "compared":
        return _COMPARED
    if verdict.outcome == "allow" and (verdict.is_plain or verdict.rule == NO_MATCH):
        return _COUNTED
    return _OUTCOMES[verdict.outcome]


def _line(cells: list[Text], language: str) -> str:
    return "| " + " | ".join(cell.in_language(language) for cell in cells) + " |"
