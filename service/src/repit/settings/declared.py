"""Every setting there is, in the order of docs/en/settings.md.

In: nothing. Out: `DECLARED`, by name. Next: `base` reads them; `environment.page` documents them.
Checklist for a new one: a line here, its use in a settings module, `repit settings > docs/en/settings.md`.
"""

from pathlib import Path
from typing import Any, Final

from repit.gate.verdict import TIERS
from repit.settings.environment import (
    Setting,
    folder,
    key32,
    listed,
    one_of,
    pairs,
    peers,
    text,
    web_address,
    whole,
    yes_or_no,
)

_ALL: Final[tuple[Setting[Any], ...]] = (
    Setting(
        "REPIT_DATA",
        folder,
        Path("var").absolute(),
        "Folder of the embedded databases and of the keys made at the first start.",
        "a folder",
        "`var/` in the working directory",
    ),
    Setting(
        "REPIT_DATABASE_URL",
        text,
        "",
        "The database. PostgreSQL in production; without it, an SQLite file in the data folder.",
        "`postgresql://user:password@host:port/name` or `sqlite:///path`",
        "`hotline.sqlite3` or `gate.sqlite3` in the data folder",
        secret=True,
    ),
    Setting(
        "REPIT_OPERATOR_KEY",
        key32,
        b"",
        "Seals what the database holds at rest. Keep it, and its backup, apart from the database:"
        " without it the bank cannot be read, with both it can.",
        "64 hexadecimal digits",
        "made once, in `operator.key` of the data folder",
        secret=True,
    ),
    Setting(
        "REPIT_SECRET_KEY",
        text,
        "",
        "Signs sessions and forms.",
        "at least 50 characters",
        "made once, in `secret.key` of the data folder",
        secret=True,
    ),
    Setting(
        "REPIT_ALLOWED_HOSTS",
        listed,
        ("localhost", "127.0.0.1", "[::1]"),
        "Names under which the service answers.",
        "names separated by commas",
        "`localhost,127.0.0.1,[::1]`",
    ),
    Setting(
        "REPIT_HTTPS",
        yes_or_no,
        False,
        "Whether people reach the service over HTTPS through a proxy that sets `X-Forwarded-Proto`:"
        " cookies then travel over HTTPS only.",
        "`yes` or `no`",
        "`no`",
    ),
    Setting(
        "REPIT_LANGUAGE",
        one_of("fr", "en"),
        "fr",
        "Language where a visitor's browser states no preference, and of the command line.",
        "`fr` or `en`",
        "`fr`",
    ),
    Setting(
        "REPIT_LOG_LEVEL",
        one_of("DEBUG", "INFO", "WARNING", "ERROR"),
        "INFO",
        "How much is logged. No level logs hashes, addresses or anything of a person.",
        "`DEBUG`, `INFO`, `WARNING` or `ERROR`",
        "`INFO`",
    ),
    Setting(
        "REPIT_THREADS",
        whole(4, 1024),
        96,
        "Requests handled at once by the hotline. Each subscriber that waits for changes holds one.",
        "4 to 1024",
        "96",
    ),
    Setting(
        "REPIT_OUTBOUND_ALLOW",
        peers,
        frozenset(),
        "Peers that may be reached although they are not on the public internet or not on port 80 or 443.",
        "`host:port`, separated by commas",
        "none",
    ),
    Setting(
        "REPIT_ORIGIN",
        text,
        "repit",
        "The name under which this hotline's entries are known to subscribers.",
        "up to 100 characters",
        "`repit`",
    ),
    Setting(
        "REPIT_PUBLISH",
        one_of("at-once", "after-review"),
        "at-once",
        "Whether what a person submits reaches subscribers at once, or after someone has looked at the case.",
        "`at-once` or `after-review`",
        "`at-once`",
    ),
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
        "REPIT_GATE_UNDECIDED",
        one_of("pass", "review", "refuse"),
        "review",
        "Gate: what happens to an upload that cannot be decided (damaged, no time left, feed too old).",
        "`pass`, `review` or `refuse`",
        "`review`",
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
        "REPIT_GATE_KEYS",
        listed,
        (),
        "Gate: keys of the platforms that may ask it, sent as `Authorization: Bearer …`. Without any, the"
        " gate answers on loopback only.",
        "keys separated by commas",
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
        "Gate: size of the largest upload that is looked at; larger ones are answered with 413.",
        "1024 to 1073741824",
        "67108864",
    ),
    Setting(
        "REPIT_GATE_POLICY",
        text,
        "",
        "Gate: a file that says what is allowed, reviewed and blocked. Without it, known pictures are blocked"
        " and disputed ones reviewed.",
        "path of a TOML or JSON file",
        "none",
    ),
    Setting(
        "REPIT_GATE_CLASSIFIER",
        text,
        "",
        "Gate: a sheet that describes a classifier of your own, in ONNX. What it says of uploads that nothing"
        " is known of becomes signals, which a policy may send to review. None is shipped.",
        "path of a TOML file",
        "none",
    ),
    Setting(
        "REPIT_REVIEW_HOURS",
        whole(1, 720),
        48,
        "Review desk: hours within which an upload sent to review is decided, and an objection answered; a"
        " quarter of them where the risk is high.",
        "1 to 720",
        "48",
    ),
    Setting(
        "REPIT_REVIEW_SECOND_LOOK",
        pairs(("refuse", "allow"), (*TIERS, "undecided", "signal")),
        ("allow:exact", "allow:standard", "refuse:possible", "refuse:signal"),
        "Review desk: decisions that a second person must take too, as `outcome:basis`. Outcomes: `refuse`,"
        " `allow`. Bases: the tiers of evidence, `undecided`, `signal`. `none` for none.",
        "pairs separated by commas, or `none`",
        "`allow:exact,allow:standard,refuse:possible,refuse:signal`",
    ),
    Setting(
        "REPIT_REVIEW_STRETCH_MINUTES",
        whole(10, 240),
        50,
        "Review desk: minutes of work after which the desk asks for ten minutes' rest and gives no more.",
        "10 to 240",
        "50",
    ),
    Setting(
        "REPIT_REVIEW_LOOKS",
        whole(0, 1000),
        40,
        "Review desk: how often a moderator may open media in a day, unless a supervisor sets another.",
        "0 to 1000",
        "40",
    ),
    Setting(
        "REPIT_REVIEW_GROUNDS",
        text,
        "",
        "Review desk: the rules that a refusal may rest on, with their text in both languages.",
        "path of a TOML file",
        "two articles of French law, and the service's terms",
    ),
    Setting(
        "REPIT_REVIEW_MEDIA",
        one_of("none", "hold", "fetch"),
        "none",
        "Review desk: whether the upload can be opened. `none`: only the evidence is shown. `hold`: the gate"
        " seals it in the data folder until it is decided. `fetch`: the platform hands it over at each look.",
        "`none`, `hold` or `fetch`",
        "`none`",
    ),
    Setting(
        "REPIT_REVIEW_HOLD_BYTES",
        whole(1024, 1024**3),
        16 * 1024**2,
        "Review desk: size of the largest upload that is held or fetched.",
        "1024 to 1073741824",
        "16777216",
    ),
    Setting(
        "REPIT_REVIEW_FETCH_URL",
        web_address,
        "",
        "Review desk: the platform that hands uploads over, at `/repit/uploads?reference=…`.",
        "`https://host[:port]`",
        "none",
    ),
    Setting(
        "REPIT_REVIEW_FETCH_KEY",
        text,
        "",
        "Review desk: sent to that platform as `Authorization: Bearer …`.",
        "text",
        "none",
        secret=True,
    ),
    Setting(
        "REPIT_STAFF_IDLE_MINUTES",
        whole(2, 720),
        20,
        "Staff: minutes without a request after which a member must sign in again. A session ends after"
        " twelve hours in any case.",
        "2 to 720",
        "20",
    ),
    Setting(
        "REPIT_TEST_DATABASE_URL",
        text,
        "",
        "Tests only: the database that the suite runs on.",
        "as `REPIT_DATABASE_URL`",
        "SQLite in memory",
    ),
    Setting(
        "REPIT_WITHOUT_BROWSER",
        text,
        "",
        "Tests only: leaves out the tests that need Chromium.",
        "`1`",
        "they run",
    ),
)

DECLARED: Final[dict[str, Setting[Any]]] = {setting.name: setting for setting in _ALL}
