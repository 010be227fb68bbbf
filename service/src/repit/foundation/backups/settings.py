"""The setting that every installation with backups has.

In: nothing. Out: `SETTINGS`. Next: the settings of each wing.
"""

from typing import Any, Final

from repit.foundation.configuration.environment import Setting, key32

SETTINGS: Final[tuple[Setting[Any], ...]] = (
    Setting(
        "REPIT_OFFLINE_KEY",
        key32,
        b"",
        "The public half of the offline key, made by `repit offline-key`. Backups are sealed to it,"
        " and with one more part it lets a person who lost their receipt come back.",
        "64 hexadecimal digits",
        "none: no backup, no recovery through the hotline",
    ),
)
