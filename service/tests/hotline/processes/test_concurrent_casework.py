"""The person, a helper and two caseworkers on one case at once, each in a process of its own.

The caseworkers work through the desk's pages, as a browser would: signed in, keys unlocked.

A few seconds in `make test`; `DRILL_HANDS_SECONDS=60` for the whole minute.
"""

from __future__ import annotations

import os
from itertools import pairwise

from running import run_script, start_script

from repit.hotline.cases import checklist, tasks
from repit.hotline.cases.states import TRANSITIONS

SECONDS = os.environ.get("DRILL_HANDS_SECONDS", "3")


def test_no_message_is_lost_and_no_state_is_out_of_the_table(own_database: dict[str, str]):
    receipt, helper = run_script(own_database, "prepare")
    hands = {
        who: start_script(own_database, "act", who, *(helper if who == "helper" else receipt), SECONDS)
        for who in ("person", "helper", "ana", "bea")
    }
    wrote = {who: hand.result() for who, hand in hands.items()}
    assert all(len(texts) >= 3 for texts in wrote.values()), {who: len(t) for who, t in wrote.items()}
    found = run_script(own_database, "found", *receipt)
    noted = [text for who in ("ana", "bea") for text in wrote[who] if text.startswith("task ")]
    wrote = {who: [text for text in texts if not text.startswith("task ")] for who, texts in wrote.items()}
    said = [text for who in ("person", "ana", "bea") for text in wrote[who]]
    messages = [text for text in found["messages"] if text != "helper-added"]
    assert sorted(messages) == sorted(said)
    assert found["numbers"] == list(range(1, len(found["numbers"]) + 1))
    for who in ("person", "ana", "bea"):
        assert [text for text in messages if text.startswith(f"{who} ")] == wrote[who]
    assert found["places"] == wrote["helper"]
    steps = found["steps"]
    assert steps[0] == ["", "new", "person"]
    for (_, before, _), (left, after, by) in pairwise(steps):
        assert before == left and by in TRANSITIONS[left, after].by
    assert len(steps) > 2 and found["log"] is None
    assert sorted(text for _, text, _ in found["tasks"]) == sorted(noted) and noted
    assert [number for number, *_ in found["tasks"]] == list(range(1, len(noted) + 1))
    assert {state for *_, state in found["tasks"]} <= {"open", "done"}
    assert dict(found["checklist"])["safe"] in ("open", "done")
    for name, table in (("task 1", tasks.TRANSITIONS), ("checklist safe", checklist.TRANSITIONS)):
        states = [one.split()[-1] for one in reversed(found["looks"]) if one.startswith(f"{name} ")]
        states = states if name.startswith("task") else ["open", *states]
        assert len(states) > 2 and all(step in table for step in pairwise(states)), states
