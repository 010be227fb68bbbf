"""Changes to the bank at a steady pace. Usage: writer.py CHANGES_A_MINUTE BEHIND; or writer.py state.

It begins with as many changes as it is behind, for the time in which it was dead. Each line it prints was
committed before: `submitted ITEM` or `withdrawn ITEM`. `state` prints the feed's head and everything that
subscribers should hold, as JSON.
"""

from __future__ import annotations

import json
import random
import secrets
import sys
import time

from repit.demo import installations

installations.set_up("hotline")

from repit.foundation.hashes import Hash  # noqa: E402
from repit.hotline.bank import feed, items  # noqa: E402
from repit.hotline.bank.models import Item  # noqa: E402
from repit.hotline.bank.types import Submission  # noqa: E402
from repit.hotline.feeds import repit_server  # noqa: E402
from repit.hotline.feeds.keys import Granted  # noqa: E402


def say(what: str, item: str) -> None:
    sys.stdout.write(f"{what} {item}\n")
    sys.stdout.flush()


def write(changes_a_minute: int, behind: int) -> None:
    pause = 60 / changes_a_minute
    due = time.monotonic() - behind * pause
    active = list(Item.objects.filter(state="active").values_list("token", flat=True))
    while True:
        what = random.choices(("submit", "withdraw", "doubt"), (5, 2, 1))[0]
        if what == "submit" or not active:
            hashes = tuple(Hash("pdq", "whole", secrets.token_bytes(32), 90) for _ in range(2))
            taken = items.submit(Submission("picture", "intimate", hashes), actor="fire", publish=True)
            active.append(taken.item)
            say("submitted", taken.item)
        elif what == "withdraw":
            item = active.pop(random.randrange(len(active)))
            items.withdraw(item, actor="fire", reason="fire")
            say("withdrawn", item)
        else:
            item = random.choice(active)
            items.dispute(item, actor="fire", reason="fire")
            items.settle(item, actor="fire", reason="fire")
            due += pause
        due += pause
        time.sleep(max(0.0, due - time.monotonic()))


def state() -> None:
    who = Granted(0, "state", sees_anchored=False)
    head, *lines = [json.loads(line) for line in repit_server.snapshot(who)]
    held = {line["item"]: [line["state"], line["hashes"]] for line in lines if "item" in line}
    gone = Item.objects.filter(state__in=["withdrawn", "erased"])
    withdrawn = list(gone.values_list("token", flat=True))
    summary = {
        "head": feed.head().sequence,
        "held": held,
        "withdrawn": withdrawn,
        "snapshot": head["sequence"],
    }
    sys.stdout.write(json.dumps(summary))


if sys.argv[1] == "state":
    state()
else:
    write(int(sys.argv[1]), int(sys.argv[2]))
