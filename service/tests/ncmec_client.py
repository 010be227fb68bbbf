"""What NCMEC's real client makes of an answer, for tests that play the client.

In: bytes of an answer. Out: the entries that it tells of, without the canaries. Next: the tests.
"""

from __future__ import annotations

from threatexchange.exchanges.clients.ncmec import hash_api

from repit.exchanges.ncmec.wire import NAMESPACE

CLIENT_LAG = 5
"""The real client asks up to five seconds ago."""


def updates(raw: bytes) -> list[hash_api.NCMECEntryUpdate]:
    """As the real client takes an answer apart."""
    tree = hash_api.ET.fromstring(raw.decode().replace(f'xmlns="{NAMESPACE}"', "").partition("?>")[2])
    answer = hash_api.GetEntriesResponse.from_xml(hash_api._XMLWrapper(tree), 0)
    return [update for update in answer.updates if not update.id.startswith("canary")]
