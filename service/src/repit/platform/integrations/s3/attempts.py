"""Looking at an object and acting on it, as often as it takes, with one decision.

In: an object; what an attempt that failed afterwards had decided. Out: what it came to. Next: `worker`,
`scan_worker`.

Without this, each attempt to tag an object in a storage that refuses tags would be a new match to the
hotline, and a new review for a person.
"""

from collections.abc import Callable
from dataclasses import dataclass

from repit.platform.gate.runtime import Gate
from repit.platform.gate.verdict import Outcome
from repit.platform.integrations.s3 import inspect_object, quarantine
from repit.platform.integrations.s3.models import Scan
from repit.platform.integrations.s3.store import Store
from repit.platform.integrations.s3.stored import Stored


@dataclass(slots=True)
class Attempt:
    """`decision`: what was decided so far. `keep`: raises `ClaimLost` where another is at work on it."""

    gate: Gate
    store: Store
    thing: Stored
    keep: Callable[[], None]
    decision: str = ""

    def made(self, *, scan: Scan | None = None, dry_run: bool = False) -> Outcome:
        """Try; what it came to. Raises as `keep`, `inspect_object.look` and `quarantine.act` do."""
        inspected = inspect_object.inspect(
            self.gate, self.store, self.thing, self.keep, quiet=dry_run, earlier=self.decision
        )
        self.decision = inspected.verdict.decision or ""
        self.keep()  # who was late looking leaves the act to whoever took over
        return quarantine.act(self.store, inspected, scan=scan, dry_run=dry_run)
