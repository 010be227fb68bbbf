"""What hotlines and gates share: where they keep things, how they answer, who signs in.

In: nothing. Out: `SETTINGS`. Next: `declared`.
"""

from typing import Any, Final

from repit.foundation.configuration import notifying
from repit.foundation.configuration.environment import (
    Setting,
    a_file,
    folder,
    has_password,
    hosts,
    key32,
    one_of,
    peers,
    pem_file,
    secret,
    text,
    time_zone,
    web_address,
    whole,
    yes_or_no,
)

SETTINGS: Final[tuple[Setting[Any], ...]] = (
    Setting(
        "REPIT_CONFIG",
        a_file,
        "",
        "The file of this installation's settings, if it is none of those that are looked for.",
        "path of a `repit.toml`",
        "looked for, as said above",
    ),
    Setting(
        "REPIT_DATA",
        folder,
        None,
        "Folder of what the installation keeps beside its database, of an embedded database, of the keys that"
        " `repit init` makes, and of its `repit.toml`.",
        "a folder",
        "the folder of `repit.toml`",
    ),
    Setting(
        "REPIT_ADDRESS",
        web_address,
        "",
        "The address at which people reach this installation. Links that commands print begin with it, and"
        " `REPIT_ALLOWED_HOSTS` and `REPIT_HTTPS` follow from it.",
        "`https://host`",
        "none: links begin with `http://localhost`",
    ),
    Setting(
        "REPIT_DATABASE_URL",
        text,
        "",
        "The database. PostgreSQL in production; without it, an SQLite file in the data folder.",
        "`postgresql://user:password@host:port/name` or `sqlite:///path`",
        "`hotline.sqlite3` or `gate.sqlite3` in the data folder",
        secret=True,
        gives_away=has_password,
    ),
    Setting(
        "REPIT_OPERATOR_KEY",
        key32,
        b"",
        "Seals what the database holds at rest. Keep it, and its backup, apart from the database:"
        " without it the bank cannot be read, with both it can.",
        "64 hexadecimal digits",
        "`operator.key` in the data folder, made by `repit init`",
        secret=True,
    ),
    Setting(
        "REPIT_SECRET_KEY",
        secret(50),
        "",
        "Signs sessions and forms.",
        "at least 50 characters",
        "follows from the operator's key",
        secret=True,
    ),
    Setting(
        "REPIT_ALLOWED_HOSTS",
        hosts,
        (),
        "Names under which the service answers.",
        "names separated by commas, without `https://` and without ports",
        "that of `REPIT_ADDRESS`, and `localhost,127.0.0.1,[::1]`",
    ),
    Setting(
        "REPIT_HTTPS",
        yes_or_no,
        None,
        "Whether people reach the service over HTTPS through a proxy that sets `X-Forwarded-Proto`:"
        " cookies then travel over HTTPS only.",
        "`yes` or `no`",
        "as `REPIT_ADDRESS` says",
    ),
    Setting(
        "REPIT_PROXIES",
        whole(0, 9),
        0,
        "How many proxies of yours stand in front and append to `X-Forwarded-For`. Limits by address need it:"
        " an address of a network of one's own is not limited.",
        "0 to 9",
        "1 where `REPIT_HTTPS` is `yes`, else 0",
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
        "REPIT_TIME_ZONE",
        time_zone,
        "Europe/Paris",
        "On whose clocks pages and mails say days and times. The API, exports, logs and the command line stay"
        " in UTC.",
        "a name of the IANA time zone database, such as `Europe/Paris` or `America/Montreal`",
        "`Europe/Paris`",
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
        "REPIT_LOG_FORMAT",
        one_of("plain", "json"),
        "plain",
        "How the log is written: lines for people, or one JSON object a line for programs.",
        "`plain` or `json`",
        "`plain`",
    ),
    Setting(
        "REPIT_METRICS_KEY",
        text,
        "",
        "Whoever sends it (`Authorization: Bearer …`) reads `/metrics`, and at `/ready` what is wrong and"
        " what to do. Without one, only who asks from this machine itself and not through a proxy.",
        "a long text, as from `openssl rand -hex 32`",
        "none",
        secret=True,
    ),
    Setting(
        "REPIT_THREADS",
        whole(4, 1024),
        96,
        "Threads for uploads that wait for a decoder; a third as many wait for files too long to be kept,"
        " one in 24 makes pages, and as many answer subscribers. Clients that are slow, and subscribers that"
        " wait for changes, hold none.",
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
        "REPIT_OUTBOUND_CA",
        pem_file,
        "",
        "A certificate authority of yours that is trusted beside the public ones: for peers with certificates"
        " that you issue.",
        "path of a PEM file",
        "none: only public authorities are trusted",
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
    *notifying.SETTINGS,
)
