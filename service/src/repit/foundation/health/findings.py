"""What tells an operator that a person is needed.

In: checks, which rooms register as Django starts or a process begins. Out: findings in words: what is wrong,
what to do. Next: `/ready`, `/metrics`, and whoever writes to the operator (`shown`).

    wing("hotline").register("disk", check)

A check gives findings, or raises: a `RepitError` is a finding by its own words, a database that does not
answer is one finding however many checks meet it. Each wing has its own, since one process may be both, and
the same trouble keeps a hotline from its work and a gate not.
"""

import logging
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from django.db import Error as DatabaseError
from typing_extensions import TypedDict

from repit.foundation.clock import elapsed
from repit.foundation.database_words import reason
from repit.foundation.errors import DatabaseUnavailable, RepitError, Text

LATELY_SECONDS: Final = 5.0
_log: Final = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Finding:
    """`grave`: people or subscribers are not served rightly until it is seen to; else it is a warning. Words
    and figures of the installation may stand in it, nothing of a person, no hash, no key."""

    code: str
    message: Text
    next_step: Text
    grave: bool = True


class Shown(TypedDict):
    """A finding in one language."""

    code: str
    message: str
    next_step: str


Check = Callable[[], Iterable[Finding]]


@dataclass(frozen=True, slots=True)
class Findings:
    """Everything that was found at one moment, grave ones first."""

    all: tuple[Finding, ...]

    @property
    def ready(self) -> bool:
        """Whether people and subscribers are served rightly."""
        return not any(finding.grave for finding in self.all)

    def problems(self, language: str | None) -> list[Shown]:
        """Those for which somebody is needed now."""
        return [_shown(finding, language) for finding in self.all if finding.grave]

    def warnings(self, language: str | None) -> list[Shown]:
        """Those that can wait for the next working day."""
        return [_shown(finding, language) for finding in self.all if not finding.grave]


class Health:
    """The checks of one wing."""

    def __init__(self) -> None:
        self._checks: dict[str, tuple[Check, bool]] = {}
        self._turn = threading.Lock()
        self._last: tuple[float, Findings] | None = None

    def register(self, code: str, check: Check, *, grave: bool = True) -> None:
        """Ask this, too; again under the same code takes the place of the first. `grave`: of what it
        raises."""
        self._checks[code] = check, grave

    def forget(self, *codes: str) -> None:
        """Ask these no more."""
        for code in codes:
            self._checks.pop(code, None)

    def look(self) -> Findings:
        """Ask every check now."""
        found = list[Finding]()
        for code, (check, grave) in list(self._checks.items()):
            found += _asked(code, check, grave)
        # Of the same trouble the grave finding is kept, and of those one that says why.
        found.sort(key=lambda finding: (finding.grave, finding.next_step != _LOOK_AT_THE_DATABASE))
        once = {finding.code: finding for finding in found if finding.code == DatabaseUnavailable.code}
        others = [finding for finding in found if finding.code not in once]
        every = [*once.values(), *others]
        return Findings(tuple(sorted(every, key=lambda finding: not finding.grave)))

    def lately(self, seconds: float = LATELY_SECONDS) -> Findings:
        """What was found not longer ago than that: for those who may ask as often as they like."""
        with self._turn:
            if self._last is None or elapsed() - self._last[0] > seconds:
                self._last = elapsed(), self.look()
            return self._last[1]


_wings: Final = dict[str, Health]()


def wing(name: str) -> Health:
    """The checks of the hotline, or of the gate, in this process."""
    return _wings.setdefault(name, Health())


def _asked(code: str, check: Check, grave: bool) -> Iterable[Finding]:
    try:
        return list(check())
    except DatabaseError as error:
        return [_database_away(error, grave)]
    except RepitError as error:
        step = _LOOK_AT_THE_DATABASE if isinstance(error, DatabaseUnavailable) else error.next_step
        return [
            Finding(
                error.code if isinstance(error, DatabaseUnavailable) else code, error.message, step, grave
            )
        ]
    except Exception as error:  # noqa: BLE001 - one check must not hide what the others find
        _log.error("a check of health failed: %s %s", code, type(error).__name__)
        return [Finding(code, _NOT_KNOWN, _LOOK_AT_THE_LOG, grave)]


def _database_away(error: DatabaseError, grave: bool) -> Finding:
    known = reason(error)
    if known is None:
        return Finding(DatabaseUnavailable.code, DatabaseUnavailable.message, _LOOK_AT_THE_DATABASE, grave)
    message, step = known
    # This process has read its settings.
    again = _START_AGAIN if "REPIT_DATABASE_URL" in step.en else Text("", "")
    return Finding(
        DatabaseUnavailable.code, message, Text(f"{step.en}{again.en}", f"{step.fr}{again.fr}"), grave
    )


def _shown(finding: Finding, language: str | None) -> Shown:
    return {
        "code": finding.code,
        "message": finding.message.in_language(language),
        "next_step": finding.next_step.in_language(language),
    }


_LOOK_AT_THE_DATABASE: Final = Text(
    "Check that the database runs and takes writes, that its disk has room, and REPIT_DATABASE_URL. What was"
    " acknowledged is not lost.",
    "Vérifiez que la base tourne et accepte d’être écrite, que son disque a de la place, et"
    " REPIT_DATABASE_URL. Rien de ce qui a été confirmé n’est perdu.",
)
_START_AGAIN: Final = Text(
    " If you change the setting, restart the service.", " Si vous changez le réglage, redémarrez le service."
)
_NOT_KNOWN: Final = Text(
    "One of the checks of this installation failed itself.",
    "Un des contrôles de cette installation a lui-même échoué.",
)
_LOOK_AT_THE_LOG: Final = Text(
    "The log says which, and how. Report it if it stays.",
    "Le journal dit lequel, et comment. Signalez-le s’il persiste.",
)
