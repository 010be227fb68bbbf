"""Two hashes that show no person, for exchanges whose clients cannot hold exactly one.

In: nothing. Out: the PDQ hashes of docs/canary.png, as it lies and turned a quarter. Next: `stopncii`,
`ncmec`.

An index of exactly one PDQ hash never matches once the clients' library has saved and loaded it
(facebook/ThreatExchange issue 1318). With these two a subscriber's index never holds one hash only, and
matching docs/canary.png tells a subscriber that everything between the hotline and its filter works. The
picture is a sum of sine waves.
"""

from typing import Final

CANARY_SECOND: Final = 10
"""Their time of change: the first second that clients ask for."""
CANARIES: Final[tuple[bytes, ...]] = (
    bytes.fromhex("255d2fcdb0096e8dff58ee91ca2a1e81200b9ed6777d5e96fc2a09d6003509f6"),
    bytes.fromhex("4187f1e7fca2d6e7755722a755d237fa555533ba000153a8f8a22fa800d70a7d"),
)
