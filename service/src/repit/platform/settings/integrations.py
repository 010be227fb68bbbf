"""A gate's channels beside HTTP: ClamAV, ICAP, object storage, Mastodon.

In: nothing. Out: `SETTINGS`. Next: `declared`.
"""

from typing import Any, Final

from repit.foundation.configuration.environment import (
    Setting,
    bucket_and_prefix,
    endpoint,
    listed,
    networks,
    one_of,
    secret,
    text,
    web_address,
    whole,
)

SETTINGS: Final[tuple[Setting[Any], ...]] = (
    Setting(
        "REPIT_GATE_CLAMD",
        endpoint,
        "",
        "Gate: where it answers as ClamAV's daemon does; ClamAV's own port is 3310.",
        "`host:port` or `unix:/path`",
        "not at all",
    ),
    Setting(
        "REPIT_GATE_CLAMD_UNDECIDED",
        one_of("open", "closed"),
        "open",
        "Gate: what its clamd channel says of a picture that cannot be decided, unless a policy file says:"
        " `open` OK, `closed` FOUND.",
        "`open` or `closed`",
        "`open`",
    ),
    Setting(
        "REPIT_GATE_CLAMD_VIDEO_SECONDS",
        whole(1, 3600),
        30,
        "Gate: seconds that its clamd channel looks at one video, and at most `REPIT_GATE_VIDEO_SECONDS`:"
        " whoever scans there waits no longer. Beyond them it is undecided.",
        "1 to 3600",
        "30",
    ),
    Setting(
        "REPIT_GATE_CLAMD_PATHS",
        listed,
        (),
        "Gate: folders whose files SCAN, CONTSCAN, MULTISCAN and ALLMATCHSCAN may name at the clamd channel.",
        "folders separated by commas",
        "none: such commands are refused",
    ),
    Setting(
        "REPIT_GATE_ICAP",
        endpoint,
        "",
        "Gate: where it answers as an ICAP server (RFC 3507); the usual port is 1344.",
        "`host:port` or `unix:/path`",
        "not at all",
    ),
    Setting(
        "REPIT_GATE_ICAP_UNDECIDED",
        one_of("open", "closed"),
        "open",
        "Gate: what its ICAP channel does with a picture that cannot be decided, unless a policy file says:"
        " `open` passes it, `closed` refuses it.",
        "`open` or `closed`",
        "`open`",
    ),
    Setting(
        "REPIT_GATE_ICAP_VIDEO_SECONDS",
        whole(1, 3600),
        30,
        "Gate: seconds that its ICAP channel looks at one video, and at most `REPIT_GATE_VIDEO_SECONDS`:"
        " the proxy there waits no longer. Beyond them it is undecided.",
        "1 to 3600",
        "30",
    ),
    Setting(
        "REPIT_GATE_PEERS",
        networks,
        ("127.0.0.0/8", "::1/128"),
        "Gate: from where its clamd and ICAP channels may be used; those protocols know no keys.",
        "addresses or networks, separated by commas",
        "`127.0.0.0/8,::1/128`",
    ),
    Setting(
        "REPIT_GATE_UPSTREAM",
        endpoint,
        "",
        "Gate: a real ClamAV daemon that its clamd and ICAP channels ask as well, so that protection from"
        " malware is kept. What it finds is refused, whatever the gate says.",
        "`host:port` or `unix:/path`",
        "none",
    ),
    Setting(
        "REPIT_GATE_UPSTREAM_FAILURE",
        one_of("error", "pass"),
        "error",
        "Gate: what follows when that daemon does not answer as it should: `error` says so to the client,"
        " `pass` lets the gate's own verdict stand.",
        "`error` or `pass`",
        "`error`",
    ),
    Setting(
        "REPIT_GATE_S3_URL",
        web_address,
        "",
        "Gate: the object storage that is watched, in S3's protocol; a server that is not on the public"
        " internet is listed in `REPIT_OUTBOUND_ALLOW` too. Needs the extra `s3` (`make setup-s3`).",
        "`https://host[:port]`",
        "none",
    ),
    Setting(
        "REPIT_GATE_S3_REGION",
        text,
        "us-east-1",
        "Gate: the region that requests to the storage are signed for.",
        "text",
        "`us-east-1`",
    ),
    Setting(
        "REPIT_GATE_S3_KEY_ID",
        text,
        "",
        "Gate: the access key under which the storage knows it.",
        "text",
        "none",
        secret=True,
    ),
    Setting(
        "REPIT_GATE_S3_SECRET",
        text,
        "",
        "Gate: the secret of that access key.",
        "text",
        "none",
        secret=True,
    ),
    Setting(
        "REPIT_GATE_S3_TOKEN",
        secret(20),
        "",
        "Gate: what the storage sends with each notification, as `Authorization: Bearer …`.",
        "at least 20 characters",
        "none",
        secret=True,
    ),
    Setting(
        "REPIT_GATE_S3_BUCKETS",
        listed,
        (),
        "Gate: buckets whose notifications are followed; those of others are counted and left.",
        "names separated by commas",
        "every bucket but the quarantine",
    ),
    Setting(
        "REPIT_GATE_S3_QUARANTINE",
        one_of("tag", "move"),
        "tag",
        "Gate: what happens to a stored object that is blocked. `tag`: a tag, for a bucket policy to act on."
        " `move`: it is copied to `REPIT_GATE_S3_QUARANTINE_TO` and removed where it was.",
        "`tag` or `move`",
        "`tag`",
    ),
    Setting(
        "REPIT_GATE_S3_QUARANTINE_TO",
        bucket_and_prefix,
        "",
        "Gate: where moved objects go.",
        "`bucket` or `bucket/prefix/`",
        "none",
    ),
    Setting(
        "REPIT_GATE_S3_TAG",
        text,
        "repit",
        "Gate: the tag of an object that is blocked (value `block`) or waits for a person (value `review`).",
        "up to 128 letters, digits, `-` and `_`",
        "`repit`",
    ),
    Setting(
        "REPIT_GATE_S3_UNDECIDED",
        one_of("open", "review", "closed"),
        "",
        "Gate: what happens to a stored picture that cannot be decided, unless a policy file says: `open`"
        " leaves it, `review` tags it and asks a person, `closed` blocks it.",
        "`open`, `review` or `closed`",
        "as `REPIT_GATE_UNDECIDED`",
    ),
    Setting(
        "REPIT_GATE_S3_WORKERS",
        whole(1, 64),
        2,
        "Gate: stored objects that are looked at side by side.",
        "1 to 64",
        "2",
    ),
    Setting(
        "REPIT_MASTODON_URL",
        web_address,
        "",
        "Gate: a Mastodon server that tells it of posts and profiles by webhook, at `/v1/hooks/mastodon`."
        " Media are fetched from the public internet, or from peers in `REPIT_OUTBOUND_ALLOW`.",
        "`https://host[:port]`",
        "none",
    ),
    Setting(
        "REPIT_MASTODON_SECRET",
        secret(16),
        "",
        "Gate: the signing secret that Mastodon shows for that webhook.",
        "at least 16 characters",
        "none",
        secret=True,
    ),
    Setting(
        "REPIT_MASTODON_TOKEN",
        text,
        "",
        "Gate: an access token of that server, with the scope `write:reports`; with `admin:write:accounts` as"
        " well where `REPIT_MASTODON_ACT` is `sensitive`.",
        "text",
        "none",
        secret=True,
    ),
    Setting(
        "REPIT_MASTODON_ACT",
        one_of("none", "report", "sensitive"),
        "report",
        "Gate: what follows at that server. `none`: decisions are recorded here only. `report`: a match opens"
        " a report to its moderators. `sensitive`: as before, and where a person at the review desk refused"
        " it, the account's media are marked as sensitive, naming the report; Mastodon then closes the"
        " account's open reports.",
        "`none`, `report` or `sensitive`",
        "`report`",
    ),
)
