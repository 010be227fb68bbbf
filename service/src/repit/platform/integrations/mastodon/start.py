"""Opens the channel beside the gate's others, where the settings name a server.

In: settings. Out: what `repit gate` holds open. Next: `platform.commands.serve`.
"""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Final

from django.conf import settings

from repit.foundation.errors import SettingsRefused, Text
from repit.platform.gate import runtime

LEAST_SECRET: Final = 16


def channels() -> Sequence[Callable[[], AbstractContextManager[object]]]:
    """None without REPIT_MASTODON_URL. Raises `SettingsRefused`."""
    if not settings.REPIT_MASTODON_URL:
        return ()
    if len(settings.REPIT_MASTODON_SECRET) < LEAST_SECRET:
        raise SettingsRefused(
            Text(
                "Anyone could pretend to be the Mastodon server: REPIT_MASTODON_SECRET is missing or short.",
                "N’importe qui pourrait se faire passer pour le serveur Mastodon : REPIT_MASTODON_SECRET"
                " manque ou est trop court.",
            ),
            Text(
                "Copy the signing secret that Mastodon shows for the webhook.",
                "Copiez le secret de signature que Mastodon affiche pour le webhook.",
            ),
        )
    if settings.REPIT_MASTODON_ACT != "none" and not settings.REPIT_MASTODON_TOKEN:
        raise SettingsRefused(
            Text(
                "Without REPIT_MASTODON_TOKEN no report can be opened.",
                "Sans REPIT_MASTODON_TOKEN, aucun signalement ne peut être ouvert.",
            ),
            Text(
                "Make a token with the scope write:reports, or set REPIT_MASTODON_ACT=none.",
                "Créez un jeton de portée write:reports, ou réglez REPIT_MASTODON_ACT=none.",
            ),
        )
    from repit.platform.integrations.mastodon.worker import Follower  # noqa: PLC0415 - only where it is wanted

    return (lambda: Follower(runtime.current()),)
