"""Sessions whose database row does not open them, and says nothing.

In: a session key from a cookie. Out: Django's session, found by a keyed digest of that key. Next: Django, as
`SESSION_ENGINE`. Django stores the key itself, so that a copy of the database would be a set of open
sessions; here it holds digests under the operator's key, which lies elsewhere.

Django also stores what a session holds for everyone to read. allauth puts the secret of an app there while it
is set up, and whole requests with their cookies while someone is asked again who they are. Here it is sealed
under the operator's key and the session's own, which only the browser has: neither database, log nor backup,
with the operator's key beside it, opens one.
"""

import base64
import json
import logging
from typing import Any, Final

from django.contrib.sessions.backends import db

from repit.foundation.clock import now
from repit.foundation.errors import SealBroken
from repit.foundation.sealing import Place, Sealer, keyed_digest

_PIECE: Final = 1024
"""Sizes are rounded up, so that they do not tell what someone is at."""
_log: Final = logging.getLogger(__name__)


def stored(key: str) -> str:
    """What the table holds for a session key: 40 characters, the width of Django's column."""
    return keyed_digest("staff session", key.encode()).hex()[:40]


class SessionStore(db.SessionStore):
    """Django's own, with the digest in place of the key and the content sealed."""

    def encode(self, session_dict: dict[str, Any]) -> str:
        """The session's key is there already: whoever asks has just made or found its row."""
        key = str(self.session_key)
        value = json.dumps(session_dict, separators=(",", ":")).encode()
        padded = value.ljust(-(-len(value) // _PIECE) * _PIECE)
        return base64.b64encode(_sealer(key).seal(padded, _place(key))).decode()

    def decode(self, session_data: str | bytes) -> dict[str, Any]:
        """What a session holds; nothing where it does not open, or is from before sessions were sealed."""
        key = self.session_key
        if key is None:
            return {}
        try:
            opened = _sealer(key).open(base64.b64decode(session_data, validate=True), _place(key))
        except (SealBroken, ValueError):
            _log.warning("a session does not open")
            return {}
        found: dict[str, Any] = json.loads(opened)
        return found

    def _get_session_from_db(self) -> Any:
        key = self.session_key
        if key is None:
            return None
        row = self.model.objects.filter(session_key=stored(key), expire_date__gt=now()).first()
        if row is None:
            self._session_key = None
        return row

    def exists(self, session_key: str) -> bool:
        return super().exists(stored(session_key))

    def create_model_instance(self, data: dict[str, Any]) -> Any:
        row = super().create_model_instance(data)
        row.session_key = stored(row.session_key)
        return row

    def delete(self, session_key: str | None = None) -> None:
        key = session_key or self.session_key
        if key is not None:
            super().delete(stored(key))


def _sealer(key: str) -> Sealer:
    return Sealer(keyed_digest("staff session content", key.encode()))


def _place(key: str) -> Place:
    return Place("django_session", stored(key), "session_data")
