"""Whether partners can be pulled from.

In: partners' rows. Out: findings, figures. Next: each wing registers them.
"""

from collections.abc import Iterable, Iterator
from typing import Final

from repit.exchanges import partners
from repit.foundation.errors import Text
from repit.foundation.health.findings import Finding
from repit.foundation.metrics.figures import Figure

FAILURES: Final = 5


def check() -> Iterator[Finding]:
    """Partners that several pulls in a row have failed at."""
    for lag in partners.lags():
        if lag.active and lag.failures >= FAILURES:
            yield Finding("partner-fails", _fails(lag.name, lag.trouble), _LOOK, grave=False)


def figures() -> Iterable[Figure]:
    """A source for `/metrics`."""
    active = [lag for lag in partners.lags() if lag.active]
    since = {lag.name: lag.lag_seconds for lag in active if lag.lag_seconds is not None}
    about = "Seconds since everything a partner had was here."
    yield Figure("repit_partner_since_complete_seconds", about, since, ("partner",))
    failures = {lag.name: float(lag.failures) for lag in active}
    yield Figure("repit_partner_failures", "Pulls in a row that failed.", failures, ("partner",))


def _fails(name: str, trouble: str) -> Text:
    return Text(
        f"The partner {name} cannot be pulled from ({trouble}).",
        f"Le partenaire {name} ne peut pas être lu ({trouble}).",
    )


_LOOK: Final = Text(
    "`repit exchange list` says since when. Check its address and credentials, and ask the partner.",
    "`repit exchange list` dit depuis quand. Vérifiez son adresse et ses identifiants, et demandez-lui.",
)
