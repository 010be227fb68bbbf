"""The service manager that started this process, if one did.

In: NOTIFY_SOCKET, which systemd sets for a unit of `Type=notify` (sd_notify(3)). Out: word that the process
answers, so that `systemctl start` returns then, and fails where the process does. Next: `serving`.
"""

import os
import socket
from contextlib import suppress


def tell_that_it_answers() -> None:
    """Nothing happens without a manager; one that does not listen any more is no reason not to serve."""
    address = os.environ.pop("NOTIFY_SOCKET", "")  # children have nothing to say there
    if not address:
        return
    if address.startswith("@"):  # a name in the kernel rather than a file
        address = "\0" + address[1:]
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager, suppress(OSError):
        manager.sendto(b"READY=1", address)
