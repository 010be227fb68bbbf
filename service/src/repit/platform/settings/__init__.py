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
    if value["REPIT_GATE_OBJECTIONS"] and not value["REPIT_ADDRESS"]:
        raise SettingsRefused(
            Text(
                "REPIT_GATE_OBJECTIONS is yes, without an address.",
                "REPIT_GATE_OBJECTIONS=yes, sans adresse.",
            ),
            Text(
                "Set REPIT_ADDRESS to where senders reach this gate.",
                "Renseignez dans REPIT_ADDRESS où les expéditeurs joignent ce filtre.",
            ),
        )
    if value["REPIT_GATE_FEED_URL"] and not value["REPIT_GATE_FEED_KEY"]:
        raise SettingsRefused(
            Text(
                "REPIT_GATE_FEED_URL is set, without the key that the hotline issued.",
                "REPIT_GATE_FEED_URL est défini, sans la clé émise par la plateforme d’aide.",
            ),
            Text(
                "Set REPIT_GATE_FEED_KEY or REPIT_GATE_FEED_KEY_FILE too.",
                "Renseignez aussi REPIT_GATE_FEED_KEY ou REPIT_GATE_FEED_KEY_FILE.",
            ),
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
        "repit.platform.web.objection_page",
        "repit.platform.integrations.s3",
    ),
    kept_files=("review_desk/", "http_api/"),
    derived=_derived,
)
