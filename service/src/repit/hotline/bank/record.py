"""What a partner tells of, as value objects.

In: records of any protocol, already checked. Out: `Record`; `Ready`, sealed before the bank's lock is taken.
Next: `partners`, `partner_records`.
"""

from dataclasses import dataclass

from repit.hotline.bank.incoming import Incoming
from repit.hotline.bank.types import Submission


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a record comes from in the end; `path`: the installations it passed, its origin first."""

    installation: str
    token: str
    path: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Record:
    """The present state of one thing at one partner. `submission` is None where it is withdrawn; `origins`
    empty means itself; `disputed`: the partner doubts it.

    `gone`: (installation, token) of what its origin has withdrawn.
    """

    name: str
    submission: Submission | None
    disputed: bool = False
    origins: tuple[Origin, ...] = ()
    gone: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, repr=False)
class Ready:
    """A record made ready before the lock is taken. `incoming`: its submission, where there is one that the
    bank does not have from this record already."""

    record: Record
    incoming: Incoming | None
