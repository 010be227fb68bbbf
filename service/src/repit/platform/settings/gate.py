"""A gate: what it follows, how it decides, what it may take.

In: nothing. Out: `SETTINGS`. Next: `declared`.
"""

from typing import Any, Final

from repit.foundation.configuration.environment import (
    Setting,
    a_file,
    one_of,
    secrets_of,
    text,
    web_address,
    whole,
    yes_or_no,
)

SETTINGS: Final[tuple[Setting[Any], ...]] = (
    Setting(
        "REPIT_GATE_FEED_URL",
        web_address,
        "",
        "Gate: the hotline whose feed is followed.",
        "`https://host[:port]`",
        "none",
    ),
    Setting(
        "REPIT_GATE_FEED_KEY",
        text,
        "",
        "Gate: the key that the hotline issued with `repit subscriber add`.",
        "text",
        "none",
        secret=True,
    ),
    Setting(
        "REPIT_GATE_FEED_BYTES",
        whole(0, 1024**4),
        0,
        "Gate: size of the largest snapshot of the feed that is taken in, unpacked. A hash takes about 120"
        " bytes of it, and two to three times as much in memory.",
        "1 to 1099511627776; 0 for an eighth of the machine's memory",
        "0",
    ),
    Setting(
        "REPIT_GATE_DESK_KEY",
        text,
        "",
        "Gate: the key of its review desk, issued with `repit subscriber people`. With it the hotline knows"
        " that people have looked; without it their decisions count as a program's.",
        "text",
        "none",
        secret=True,
    ),
    Setting(
        "REPIT_GATE_UNDECIDED",
        one_of("pass", "review", "refuse"),
        "review",
        "Gate: what happens to an upload that cannot be decided (damaged, no time left, not loaded yet).",
        "`pass`, `review` or `refuse`",
        "`review`",
    ),
    Setting(
        "REPIT_GATE_STALE_HOURS",
        whole(1, 8760),
        168,
        "Gate: hours without a word from its hotline after which what it knows counts as too old. Then what"
        " it would refuse goes to people, for it may have been withdrawn (the clamd and ICAP channels refuse"
        " as before); what it does not know passes; answers and `/ready` say so.",
        "1 to 8760",
        "168, a week",
    ),
    Setting(
        "REPIT_GATE_CONTAINERS",
        one_of("pass", "review", "refuse"),
        "pass",
        "Gate: what happens to documents and archives (PDF, Office, ZIP), which may hold pictures and are not"
        " looked into, unless a policy file says. Their exact digests are compared in any case, and those"
        " that pass are counted.",
        "`pass`, `review` or `refuse`",
        "`pass`",
    ),
    Setting(
        "REPIT_GATE_BUDGET_MS",
        whole(10, 60_000),
        1000,
        "Gate: milliseconds within which every answer is given.",
        "10 to 60000",
        "1000",
    ),
    Setting(
        "REPIT_GATE_STAGES",
        one_of("standard", "whole", "anchors", "parts", "turned"),
        "turned",
        "Gate: how far altered copies are looked for. Each stage costs more than the one before: `standard`"
        " (as every other system), `whole` (turned, mirrored, bordered), `anchors` (crops, captions),"
        " `parts` (collages, screenshots), `turned` (slightly rotated).",
        "`standard`, `whole`, `anchors`, `parts` or `turned`",
        "`turned`",
    ),
    Setting(
        "REPIT_GATE_INDEX",
        text,
        "sealed",
        "Gate: where its entries are kept over a restart. `sealed`: in the data folder, under the operator's"
        " key. `memory`: nowhere, a restart begins with a snapshot. A folder: there, not sealed, so it should"
        " be on an encrypted or volatile path. `/ready` says which.",
        "`sealed`, `memory` or a folder",
        "`sealed`",
    ),
    Setting(
        "REPIT_GATE_REPORT_MATCHES",
        yes_or_no,
        True,
        "Gate: whether the hotline is told how often each of its items matched, never what was uploaded or by"
        " whom. By these counts it asks a person about an item that matches like a famous picture.",
        "`yes` or `no`",
        "`yes`",
    ),
    Setting(
        "REPIT_GATE_KEYS",
        secrets_of(16),
        (),
        "Gate: keys of the platforms that may ask it, sent as `Authorization: Bearer …`. Without any, the"
        " gate answers on loopback only.",
        "keys of 16 characters or more, separated by commas",
        "none",
        secret=True,
    ),
    Setting(
        "REPIT_GATE_WORKERS",
        whole(0, 256),
        0,
        "Gate: processes that open pictures.",
        "1 to 256; 0 for one per processor",
        "0",
    ),
    Setting(
        "REPIT_GATE_MAX_BYTES",
        whole(1024, 1024**3),
        64 * 1024**2,
        "Gate: size of the largest picture looked at; of a larger file only the digests are compared.",
        "1024 to 1073741824",
        "67108864",
    ),
    Setting(
        "REPIT_GATE_MAX_FILE_BYTES",
        whole(1024, 1024**4),
        4 * 1024**3,
        "Gate: size of the largest file whose digests are compared; larger ones are answered with 413, or"
        " with an error at the other channels.",
        "1024 to 1099511627776",
        "4294967296",
    ),
    Setting(
        "REPIT_GATE_VIDEOS",
        one_of("known", "all", "no"),
        "known",
        "Gate: which videos are looked at, moment by moment. `known`: every upload that is one, as soon as"
        " its sources bring what videos show. `all`: also before, so that a known picture in a slide show is"
        " found. `no`: none; they are compared as whole files and left as the policy says of what is not"
        " opened.",
        "`known`, `all` or `no`",
        "`known`",
    ),
    Setting(
        "REPIT_GATE_VIDEO_SECONDS",
        whole(1, 3600),
        60,
        "Gate: seconds that looking at one video may take in all, waiting for a decoder included. Beyond them"
        " it is undecided. As a rule a minute of video takes one to three seconds of a processor.",
        "1 to 3600",
        "60",
    ),
    Setting(
        "REPIT_GATE_VIDEO_WAIT_SECONDS",
        whole(1, 3600),
        4,
        "Gate: seconds after which an answer over HTTP about a video is given, unless the caller says"
        " `Prefer: wait=…`; at most `REPIT_GATE_VIDEO_SECONDS`. A caller that says `Prefer: respond-async` is"
        " then given an address to ask again; for any other the video is undecided.",
        "1 to 3600",
        "4",
    ),
    Setting(
        "REPIT_GATE_VIDEO_WORKERS",
        whole(0, 256),
        0,
        "Gate: videos that are looked at at once, each by a process of its own that lets pictures go first.",
        "1 to 256; 0 for one for every two processors",
        "0",
    ),
    Setting(
        "REPIT_GATE_VIDEO_UNDECIDED",
        one_of("", "pass", "review", "refuse"),
        "",
        "Gate: what happens to a video that was looked at and could not be decided (damaged, in a coding that"
        " is not read, not seen to its end in time), at every channel, unless a policy file says.",
        "`pass`, `review` or `refuse`",
        "as any upload that cannot be decided",
    ),
    Setting(
        "REPIT_GATE_SPOOL",
        text,
        "data",
        "Gate: where a video longer than `REPIT_GATE_MAX_BYTES` waits to be looked at, in an encrypted file"
        " without a name whose key the process alone has. `data`: in the data folder. `none`: nowhere; such a"
        " video is undecided. A folder: there.",
        "`data`, `none` or a folder",
        "`data`",
    ),
    Setting(
        "REPIT_GATE_SPOOL_BYTES",
        whole(1024**2, 1024**4),
        16 * 1024**3,
        "Gate: bytes in that folder at once, for all uploads together. A longer video is undecided, and so is"
        " one where others have taken the room, or that comes back later.",
        "1048576 to 1099511627776",
        "17179869184",
    ),
    Setting(
        "REPIT_GATE_MEMORY",
        whole(1024**2, 1024**4),
        512 * 1024**2,
        "Gate: bytes of uploads held in memory at once, by all channels together. When they are used up, the"
        " upload that is still coming and has held most for longest gives way: its channel says that the gate"
        " is busy.",
        "1048576 to 1099511627776",
        "536870912",
    ),
    Setting(
        "REPIT_GATE_URLS",
        yes_or_no,
        False,
        "Gate: whether `/v1/check` may be given the address of a picture, which the gate then fetches from"
        " the public internet, or from peers in `REPIT_OUTBOUND_ALLOW`, with ten seconds of their own.",
        "`yes` or `no`",
        "`no`",
    ),
    Setting(
        "REPIT_GATE_POLICY",
        a_file,
        "",
        "Gate: a file that says what is allowed, reviewed and blocked. Without it, known pictures are blocked"
        " and disputed ones reviewed.",
        "path of a TOML or JSON file",
        "none",
    ),
    Setting(
        "REPIT_GATE_CLASSIFIER",
        a_file,
        "",
        "Gate: a sheet that describes a classifier of your own, in ONNX. What it says of uploads that nothing"
        " is known of becomes indicators, which a policy may send to review. None is shipped.",
        "path of a TOML file",
        "none",
    ),
    Setting(
        "REPIT_GATE_DECISION_DAYS",
        whole(184, 3650),
        365,
        "Gate: for how many days a decision is kept that no person had to take, and what was found of a"
        " stored object after that is gone. Six months at least: for so long it may be objected to. Counts by"
        " the hour stay.",
        "184 to 3650",
        "365",
    ),
)
