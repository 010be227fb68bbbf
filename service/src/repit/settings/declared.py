"""Every setting there is, in the order of docs/en/settings.md.

In: nothing. Out: `DECLARED`, by name. Next: `base` reads them; `environment.page` documents them.
Checklist for a new one: a line here, its use in a settings module, `repit settings > docs/en/settings.md`.
"""

from pathlib import Path
from typing import Any, Final

from repit.settings.environment import (
    Setting,
    folder,
    key32,
    listed,
    one_of,
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
        "REPIT_REQUIRE_AGREEMENT",
        yes_or_no,
        False,
        "Whether a subscriber's key opens an exchange only once the date of a signed agreement is noted"
        " (`repit subscriber agree`). Without it, the list of subscribers says who has none.",
        "`yes` or `no`",
        "`no`",
    ),
    Setting(
        "REPIT_ACCESS_LOG_DAYS",
        whole(1, 3650),
        90,
        "For how many days it is kept who fetched which changes when.",
        "1 to 3650",
        "90",
    ),
    Setting(
        "REPIT_PROXIES",
        whole(0, 9),
        0,
        "How many proxies of yours stand in front and append to `X-Forwarded-For`. Limits by address need it:"
        " an address that is not of the public internet is not limited.",
        "0 to 9",
        "0",
    ),
    Setting(
        "REPIT_SUBMISSIONS_PER_HOUR",
        whole(0, 1_000_000),
        30,
        "Cases that one address (IPv6: one /64 network) may open in an hour. Counted in memory under a salt"
        " that changes each hour; no address is kept.",
        "0 to 1000000; 0 for no limit",
        "30",
    ),
    Setting(
        "REPIT_REPORTS_PER_HOUR",
        whole(0, 1_000_000),
        6_000,
        "Proposals, opinions and match counts that one subscriber's key may send in an hour.",
        "0 to 1000000; 0 for no limit",
        "6000",
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
        "REPIT_GATE_REPORT_MATCHES",
        yes_or_no,
        True,
        "Gate: whether the hotline is told how often each of its items matched, never what was uploaded or by"
        " whom. By these counts it suspends an item that matches like a famous picture.",
        "`yes` or `no`",
        "`yes`",
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
        "path of a JSON file",
        "none",
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
