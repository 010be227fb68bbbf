"""What the review desk needs done without anyone asking.

In: rows and files whose time has come. Out: what people decided and did not undo takes effect, claims that
ended are freed, the gate's decisions become reviews, uploads held too long are erased, words kept for a
browser and counts too, opinions reach the banks, what is too old is forgotten. Next: `repit gate` starts it.
Every step claims its row, so several processes may run this at
once.

Banks may be slow to answer, so telling them has a thread of its own and keeps nothing else.
"""

import threading
from collections.abc import Callable
from typing import Final

from repit.foundation.jobs.backoff import Backoff
from repit.foundation.jobs.loop import Loop, Work
from repit.foundation.kept import store
from repit.foundation.limits import retention as limits
from repit.foundation.staff import retention as sign_in
from repit.platform.gate.index_store import IndexStore
from repit.platform.loops import tell_banks
from repit.platform.review import media, queue, retention, undoing

EVERY_SECONDS: Final = 5.0
SETTLE_EVERY_SECONDS: Final = 1.0
FORGET_EVERY_SECONDS: Final = 3600.0
LONGEST_SECONDS: Final = 30.0


def start(store: IndexStore) -> threading.Event:
    """Do it again and again in threads of this process; setting the event ends them."""
    ending = threading.Event()
    for name, every, does in (
        ("desk-upkeep", EVERY_SECONDS, once),
        ("desk-settles", SETTLE_EVERY_SECONDS, undoing.settle),
        ("desk-tells-banks", EVERY_SECONDS, lambda: tell(store)),
        ("desk-forgets", FORGET_EVERY_SECONDS, retention.sweep),
        ("sign-in-forgets", FORGET_EVERY_SECONDS, sign_in.sweep),
    ):
        again = Backoff(EVERY_SECONDS, LONGEST_SECONDS)
        Loop(name, _work(does, every), first=min(every, EVERY_SECONDS), backoff=again, ending=ending).start()
    return ending


def once() -> None:
    """Everything that is due now at the desk itself."""
    queue.free_overdue()
    while queue.take_in():
        pass
    media.forget_old()
    store.delete_expired()
    limits.sweep()


def tell(store: IndexStore) -> None:
    """Everything that is due to banks."""
    tell_banks.tell_hotline()
    tell_banks.tell_exchanges(store)


def _work(does: Callable[[], object], every: float) -> Work:
    def work(_stop: threading.Event) -> float:
        does()
        return every

    return work
