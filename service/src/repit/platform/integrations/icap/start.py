"""Opens the channel beside the gate's others, where the settings name an address.

In: an address from the command line, else from the settings. Out: what `repit gate` holds open. Next:
`platform.commands.serve`.
"""

from collections.abc import Sequence
from functools import partial

from django.conf import settings

from repit.platform.integrations import icap
from repit.platform.integrations.sockets.start import Opening, opened


def channels(address: str = "") -> Sequence[Opening]:
    """None where neither the command line nor REPIT_GATE_ICAP names an address."""
    address = address or settings.REPIT_GATE_ICAP
    return (partial(opened, address, icap.listener),) if address else ()
