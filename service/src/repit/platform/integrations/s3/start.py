"""The storage's channel, beside the gate's others.

In: the settings. Out: a context manager that holds the workers running. Next: `platform.commands.serve` has
it opened.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Final

from django.conf import settings

from repit.foundation.errors import SettingsRefused, Text
from repit.platform.gate import runtime
from repit.platform.integrations.s3 import queue

LEAST_TOKEN: Final = 20
_TAG: Final = re.compile(r"[A-Za-z0-9_-]{1,100}")
Opening = Callable[[], AbstractContextManager[object]]


def channels() -> Sequence[Opening]:
    """The channel, if the settings name a storage. Raises `SettingsRefused`."""
    if not settings.REPIT_GATE_S3_URL:
        return ()
    require_settings()
    return (opened,)


def require_settings() -> None:
    """What must be said together. Raises `SettingsRefused`."""
    if not settings.REPIT_GATE_S3_KEY_ID or not settings.REPIT_GATE_S3_SECRET:
        raise _missing("REPIT_GATE_S3_KEY_ID", "REPIT_GATE_S3_SECRET")
    if len(settings.REPIT_GATE_S3_TOKEN) < LEAST_TOKEN:
        raise _missing("REPIT_GATE_S3_TOKEN")
    if settings.REPIT_GATE_S3_QUARANTINE == "move" and not settings.REPIT_GATE_S3_QUARANTINE_TO:
        raise _missing("REPIT_GATE_S3_QUARANTINE_TO")
    if not _TAG.fullmatch(settings.REPIT_GATE_S3_TAG):
        raise _missing("REPIT_GATE_S3_TAG")
    try:
        import botocore  # noqa: F401, PLC0415 - an extra that only this channel needs
    except ImportError:
        raise SettingsRefused(
            Text("What speaks S3 is not installed.", "Il manque ce qui parle S3."),
            Text(
                "In a checkout: `make setup-s3`. Beside the wheels of `make wheels`:"
                " pip install --require-hashes -r requirements-s3.txt.",
                "Dans une copie du dépôt : `make setup-s3`. À côté des fichiers de `make wheels` :"
                " pip install --require-hashes -r requirements-s3.txt.",
            ),
        ) from None


@contextmanager
def opened() -> Iterator[None]:
    """Workers, for as long as the block lasts."""
    from repit.platform.integrations.s3 import scan_worker  # noqa: PLC0415 - needs the extra
    from repit.platform.integrations.s3.store import Store  # noqa: PLC0415
    from repit.platform.integrations.s3.worker import Workers  # noqa: PLC0415

    gate = runtime.current()
    if settings.REPIT_EMBEDDED:
        queue.free_all()
        scan_worker.free_all()
    gate.inspector.metrics.watch(queue.depths)
    with Workers(gate, Store.of_settings(), settings.REPIT_GATE_S3_WORKERS):
        yield


def _missing(*names: str) -> SettingsRefused:
    listed = ", ".join(names)
    return SettingsRefused(
        Text(
            f"Watching object storage needs a good value of: {listed}.",
            f"Surveiller un stockage d’objets demande une bonne valeur de : {listed}.",
        )
    )
