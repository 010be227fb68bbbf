"""What a platform's installation may set.

In: nothing. Out: `SETTINGS`, `WING`. Next: `repit.settings`.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from repit.foundation.backups import settings as backups
from repit.foundation.configuration.environment import Setting
from repit.foundation.configuration.wing import Wing
from repit.foundation.errors import SettingsRefused, Text
from repit.platform.settings import gate, integrations, review

SETTINGS: Final[tuple[Setting[Any], ...]] = (
    *gate.SETTINGS,
    *integrations.SETTINGS,
    *review.SETTINGS,
    *backups.SETTINGS,
)


def _derived(value: Mapping[str, Any], data: Path) -> Mapping[str, Any]:  # noqa: ARG001
    if value["REPIT_REVIEW_MEDIA"] == "fetch" and not value["REPIT_REVIEW_FETCH_URL"]:
        raise SettingsRefused(
            Text(
                "REPIT_REVIEW_MEDIA is fetch, without an address.", "REPIT_REVIEW_MEDIA=fetch, sans adresse."
            ),
            Text("Set REPIT_REVIEW_FETCH_URL too.", "Renseignez aussi REPIT_REVIEW_FETCH_URL."),
        )
    return {}


WING: Final = Wing(
    SETTINGS,
    apps=(
        "repit.exchanges",
        "repit.platform.gate",
        "repit.platform.review",
        "repit.platform.integrations.http_api",
        "repit.platform.integrations.sockets",
        "repit.platform.integrations.mastodon",
        "repit.platform.web.review_desk",
        "repit.platform.integrations.s3",
    ),
    derived=_derived,
)
