"""One piece of work on a bank, timed: `python -m bench.lock_work NAME`, in an environment of its own.

In: a name, REPIT_DATA. Out: a line of JSON, pairs of what was done and the longest hold of the lock in
seconds. Next: `bench.lock`.
"""

import json
import secrets
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from repit.demo import installations

installations.set_up("hotline")

from django.db import transaction  # noqa: E402
from django.test import Client  # noqa: E402

from repit.exchanges import partners  # noqa: E402
from repit.exchanges.models import Partner  # noqa: E402
from repit.exchanges.records import Batch, Pulled  # noqa: E402
from repit.foundation.clock import now  # noqa: E402
from repit.foundation.hashes import Hash  # noqa: E402
from repit.hotline.bank import bulk, feed, floods, items, types  # noqa: E402
from repit.hotline.bank.carrying import Carrier  # noqa: E402
from repit.hotline.bank.models import Item  # noqa: E402
from repit.hotline.bank.types import Submission  # noqa: E402
from repit.hotline.feeds import bank_target  # noqa: E402

ATTACK_BYTES = 2_700_000
BYTES_A_HASH = 108
Found = list[tuple[str, float]]


class Held:
    """The longest time from taking the lock to the end of the transaction, in seconds of processor time: a
    machine that others use as well says the same."""

    def __init__(self) -> None:
        self.longest = 0.0
        taken: list[float] = []
        locked = feed.locked

        def released() -> None:
            if taken:
                self.longest = max(self.longest, time.process_time() - taken[0])
                taken.clear()

        def timed() -> Any:
            line = locked()
            taken.append(time.process_time())
            transaction.on_commit(released)
            return line

        feed.locked = timed

    def during(self, work: Callable[[], object]) -> float:
        """The longest hold while this ran."""
        self.longest = 0.0
        work()
        return self.longest


def picture(anchored: int = 8) -> Submission:
    """A family as a person's device sends it."""
    whole = Hash("pdq", "whole", secrets.token_bytes(32), 90)
    family = [Hash("pdq", "anchored", secrets.token_bytes(32), 90) for _ in range(anchored)]
    return Submission("picture", "intimate", (whole, *family))


def post(listed: list[dict[str, Any]]) -> int:
    """Open a case over HTTP, as anyone may, and have what it asks for carried out."""
    anyone = Client(headers={"Host": "localhost"})
    body = json.dumps({"items": listed})
    status = anyone.post("/api/v1/cases", body, content_type="application/json").status_code
    carrier = Carrier()
    while (seconds := carrier.once()) is not None:
        time.sleep(seconds)
    return status


def near_items(number: int, hashes: int) -> list[dict[str, Any]]:
    """Items that lie near one another by their standard hashes and by nothing else."""
    whole = secrets.token_bytes(32)
    return [near_item(bytes([whole[0] ^ place]) + whole[1:], hashes) for place in range(number)]


def near_item(whole: bytes, hashes: int) -> dict[str, Any]:
    """One of them."""
    values = [("whole", whole.hex()), *(("anchored", secrets.token_hex(32)) for _ in range(hashes - 1))]
    listed = [{"algorithm": "pdq", "role": role, "value": value, "quality": 90} for role, value in values]
    return {"media": "picture", "kind": "intimate", "hashes": listed}


def near_to(others: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """One near each of these, with other anchored hashes."""
    wholes = [bytes.fromhex(item["hashes"][0]["value"]) for item in others]
    turned = [value[:1] + bytes([value[1] ^ 1]) + value[2:] for value in wholes]
    return [near_item(value, len(item["hashes"])) for value, item in zip(turned, others, strict=True)]


def attack(held: Held) -> Found:
    """What held the lock for minutes once, and the largest that may be asked today."""
    body = near_items(200, ATTACK_BYTES // (200 * BYTES_A_HASH))
    most = types.MAX_HASHES_TOGETHER // types.MAX_HASHES
    largest = near_items(most, types.MAX_HASHES)
    statuses: list[int] = []
    found = [
        (what, held.during(lambda sent=sent: statuses.append(post(sent))))
        for what, sent in (
            ("an anonymous POST of 2.7 MB, items near one another", body),
            ("another, near to it as well", near_to(body)),
            (f"the largest body that is taken: {most} items of {types.MAX_HASHES} hashes", largest),
            ("another, near to it", near_to(largest)),
        )
    ]
    if statuses[2:] != [201, 201]:
        raise SystemExit(f"not taken: {statuses}")
    return found


def move_in(held: Held) -> Found:
    """A bank that moves in."""
    families = (picture() for _ in range(6_000))
    load = bulk.load(families, actor="bench", reason="", publish=True)
    return [("an import of 6,000 families", held.during(lambda: list(load)))]


def pull(held: Held) -> Found:
    """What a partner tells, and the end of it."""
    partners.add("file", "list", {}, address="/nowhere")
    partner = partners.claim()
    if partner is None:
        raise SystemExit("no partner")
    target = bank_target.BankTarget(partner)
    records = tuple(
        Pulled(f"r{n}", "active", "picture", tuple(random_hash() for _ in range(9)), kind="intimate")
        for n in range(3_000)
    )
    pulled = held.during(lambda: target.take(Batch(records, "1", whole=True)))
    let_go = held.during(lambda: bank_target.let_go(Partner.objects.get(pk=partner.pk)))
    return [
        ("a partner's page of 3,000 families", pulled),
        ("letting go of a partner of 3,000 families", let_go),
    ]


def random_hash() -> Hash:
    """A hash of no flat picture."""
    while True:
        value = secrets.token_bytes(32)
        if 64 <= int.from_bytes(value, "big").bit_count() <= 192:
            return Hash("pdq", "whole", value, 90)


def reports(held: Held) -> Found:
    """Gates that report."""
    list(bulk.load((picture(0) for _ in range(2_000)), actor="bench", reason="", publish=True))
    counts = dict.fromkeys(Item.objects.values_list("token", flat=True)[:1_000], 60)
    begins = now()

    def reported() -> None:
        for turn in range(20):
            floods.report(
                "gate", counts, begins + timedelta(minutes=turn), begins + timedelta(minutes=turn + 1)
            )

    return [("twenty reports of 1,000 items each, all beyond the limit", held.during(reported))]


def expiry(held: Held) -> Found:
    """Items whose time has come."""
    list(bulk.load((picture() for _ in range(1_000)), actor="bench", reason="", publish=True))
    Item.objects.update(expires_at=now())

    def expired() -> None:
        while items.expire_due():
            pass

    return [("1,000 families whose time has come", held.during(expired))]


WORK = {"attack": attack, "import": move_in, "pull": pull, "reports": reports, "expiry": expiry}


if __name__ == "__main__":
    print(json.dumps(WORK[sys.argv[1]](Held())))
