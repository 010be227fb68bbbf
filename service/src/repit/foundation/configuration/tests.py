"""What only the tests read.

In: nothing. Out: `SETTINGS`. Next: `declared`.
"""

from typing import Any, Final

from repit.foundation.configuration.environment import Setting, text

SETTINGS: Final[tuple[Setting[Any], ...]] = (
    Setting(
        "REPIT_TEST_DATABASE_URL",
        text,
        "",
        "Tests only: the database that the suite runs on.",
        "as `REPIT_DATABASE_URL`",
        "SQLite in memory",
    ),
    Setting(
        "REPIT_DRILL",
        text,
        "",
        "Tests only: runs long drills, such as 100,000 hostile sessions, at their full length.",
        "`1`",
        "a short form of each",
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
