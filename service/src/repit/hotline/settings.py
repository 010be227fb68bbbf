"""A hotline: its bank, its limits, its cases.

In: nothing. Out: `SETTINGS`, `WING`. Next: `repit.settings`.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from repit.foundation.backups import settings as backups
from repit.foundation.configuration.environment import Setting, folder, one_of, text, whole, yes_or_no
from repit.foundation.configuration.wing import Wing

SETTINGS: Final[tuple[Setting[Any], ...]] = (
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
        "REPIT_MATCH_REPORT_DAYS",
        whole(2, 3650),
        90,
        "For how many days it is kept which subscriber reported matches of which item when. How often an item"
        " matched stays, as one number; an item in dispute keeps its reports until a person has decided.",
        "2 to 3650",
        "90",
    ),
    Setting(
        "REPIT_SUBMISSIONS_PER_HOUR",
        whole(0, 1_000_000),
        10,
        "Cases that one address (IPv6: one /64 network) may open in an hour. Counted under a salt that"
        " changes each hour; no address is kept.",
        "0 to 1000000; 0 for no limit",
        "10",
    ),
    Setting(
        "REPIT_REPORTS_PER_HOUR",
        whole(0, 1_000_000),
        6_000,
        "Proposals, opinions and match counts that one subscriber may send in an hour; its review desk as"
        " many.",
        "0 to 1000000; 0 for no limit",
        "6000",
    ),
    Setting(
        "REPIT_PUBLIC_FIGURES",
        yes_or_no,
        True,
        "Whether a page for everyone shows figures of each month that is over, in whole tens, and nothing"
        " below ten. `no`: nothing is counted, and there is no such page.",
        "`yes` or `no`",
        "`yes`",
    ),
    Setting(
        "REPIT_CASE_KEYS",
        folder,
        None,
        "Folder of the file of case keys. Destroying a key in it erases its case from every backup too: keep"
        " this folder out of the backups of the database.",
        "a folder",
        "`case-keys/` in the data folder",
    ),
    Setting(
        "REPIT_BANK_KEYS",
        folder,
        None,
        "Folder of the keys that belong to one item of the bank each, and of those by which items are found"
        " again. Destroying one erases from every backup what it sealed: keep this folder out of the backups"
        " of the database.",
        "a folder",
        "`bank-keys/` in the data folder",
    ),
    Setting(
        "REPIT_WITHDRAWN_DAYS",
        whole(1, 60),
        21,
        "How many days after its withdrawal an item's last hashes are destroyed, even if a subscriber that is"
        " told by hash what to forget (StopNCII's protocol) has not come back. A client that stayed away for"
        " longer must begin anew.",
        "1 to 60",
        "21",
    ),
    Setting(
        "REPIT_SPREAD_SECONDS",
        whole(0, 86_400),
        5,
        "Within how many seconds what a person submits or withdraws reaches the bank. Each item comes at a"
        " moment of its own, drawn by chance, so that the items of one case cannot be told by their coming"
        " together. 0 is for tests: everything at once.",
        "0 to 86400",
        "5",
    ),
    Setting(
        "REPIT_CASE_RETENTION_DAYS",
        whole(1, 3650),
        90,
        "How many days after its closing a case's messages and addresses are destroyed.",
        "1 to 3650",
        "90",
    ),
    Setting(
        "REPIT_CASE_IDLE_DAYS",
        whole(30, 3650),
        365,
        "After how many days without any sign a case is closed by itself, at the beginning of the next"
        " quarter. What it protects stays protected.",
        "30 to 3650",
        "365",
    ),
    *backups.SETTINGS,
)


def _derived(value: Mapping[str, Any], data: Path) -> Mapping[str, Any]:
    return {
        "REPIT_CASE_KEYS": value["REPIT_CASE_KEYS"] or data / "case-keys",
        "REPIT_BANK_KEYS": value["REPIT_BANK_KEYS"] or data / "bank-keys",
    }


WING: Final = Wing(
    SETTINGS,
    apps=(
        "repit.hotline.bank",
        "repit.exchanges",
        "repit.hotline.feeds",
        "repit.hotline.cases",
        "repit.hotline.awareness",
        "repit.hotline.reports",
        "repit.hotline.web.case_pages",
        "repit.hotline.web.desk",
        "repit.hotline.web.bank_desk",
        "repit.hotline.web.pages_desk",
        "repit.hotline.web.feeds_api",
    ),
    above_files=("repit.hotline.web.case_pages.device_policy.WorkerPolicy",),
    # Of the person's pages only what is heavy: whoever only reads has no copy of anything (THREAT-MODEL.md).
    kept_files=("case_pages/device/", "desk/", "pages_desk/", "feeds_api/"),
    derived=_derived,
)
