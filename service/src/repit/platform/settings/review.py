"""The review desk of a platform.

In: nothing. Out: `SETTINGS`. Next: `declared`.
"""

from typing import Any, Final

from repit.foundation.configuration.environment import (
    Setting,
    a_file,
    one_of,
    pairs,
    text,
    web_address,
    whole,
    yes_or_no,
)
from repit.platform.gate.verdict import TIERS

SETTINGS: Final[tuple[Setting[Any], ...]] = (
    Setting(
        "REPIT_REVIEW_DAYS",
        whole(184, 3650),
        365,
        "Review desk: for how many days a decided review is kept, with its decision, its statement and its"
        " objections. Six months at least, for so long its sender may object.",
        "184 to 3650",
        "365",
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
        pairs(("refuse", "allow"), (*TIERS, "undecided", "indicator")),
        ("allow:exact", "allow:standard", "refuse:possible", "refuse:indicator"),
        "Review desk: decisions that a second person must take too, as `outcome:basis`. Outcomes: `refuse`,"
        " `allow`. Bases: the tiers of evidence, `undecided`, `indicator`. `none` for none.",
        "pairs separated by commas, or `none`",
        "`allow:exact,allow:standard,refuse:possible,refuse:indicator`",
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
        a_file,
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
        " seals a picture in the data folder until it is decided. `fetch`: the platform hands it over at each"
        " look.",
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
        "REPIT_GATE_OBJECTIONS",
        yes_or_no,
        False,
        "Review desk: whether whoever was refused finds the reasons, and objects, at"
        " `REPIT_ADDRESS/objection/`. Refusals then name that page, with the number of the decision.",
        "`yes` or `no`",
        "`no`",
    ),
    Setting(
        "REPIT_GATE_NAME",
        text,
        "",
        "Review desk: the platform's own name, as its senders know it, on that page.",
        "text",
        "the host of `REPIT_ADDRESS`",
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
)
