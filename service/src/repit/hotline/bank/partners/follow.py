"""What follows for an item once a partner's record has come to it, changed or left it.

In: items whose records have just changed, in memory. Out: counts, doubts and their end, withdrawals, noted in
the journal and among the rows to be written. Next: `write`, which calls it after each record. The rules are
those of `lifecycle`, which applies them to one item in the database.
"""

from repit.hotline.bank import lifecycle, names
from repit.hotline.bank.journal import Journal
from repit.hotline.bank.lifecycle import ACTOR
from repit.hotline.bank.partners.known import Known, KnownItem
from repit.hotline.bank.partners.rows import Rows
from repit.hotline.bank.types import State


class Follow:
    """For the items of one group."""

    def __init__(self, known: Known, journal: Journal, rows: Rows) -> None:
        self._known = known
        self._journal = journal
        self._rows = rows

    def changed(self, item: KnownItem, actor: str, reason: str, *, announce: bool = False) -> None:
        """A record came to an item, or says something else of it."""
        self.recount(item, actor, reason, announce=announce)
        self._weigh(item)

    def left(self, item: KnownItem, reason: str) -> None:
        """A record was taken from an item that lives."""
        if not item.stands:
            self.step(item, "withdrawn", ACTOR, reason)
            return
        item.row.origin = lifecycle.origin_of(item.row, item.first)
        self._rows.changed(item)
        self.changed(item, ACTOR, reason, announce=True)

    def recount(self, item: KnownItem, actor: str, reason: str, *, announce: bool = False) -> None:
        """Other origins may stand behind it."""
        if lifecycle.counted(self._journal, item.row, item.origins, actor, reason, announce=announce):
            self._rows.changed(item)

    def step(self, item: KnownItem, after: State, actor: str, reason: str) -> None:
        """It takes a step of the table of states."""
        row = item.row
        before, root = row.state, row.root
        taken = lifecycle.enter(row, after)
        if not item.lives:
            if root:
                self._journal.entomb(self._known.here, root, row.token)
            for record in item.records.values():
                names.withdraw(record.row, self._known.opened)
                self._rows.kept(record)
            self._rows.withdrawn(item, actor, reason)
        self._rows.changed(item)
        self._journal.step(row, before, after, actor, reason, announced=taken.announced)

    def _weigh(self, item: KnownItem) -> None:
        after = lifecycle.weighed(item.row, vouched=item.vouched, by_partners=item.by_partners)
        if after is not None:
            item.by_partners = after == "disputed"
            self.step(item, after, ACTOR, lifecycle.why(after))
