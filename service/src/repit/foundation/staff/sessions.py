"""Sessions whose database row does not open them.

In: a session key from a cookie. Out: Django's session, found by a keyed digest of that key. Next: Django, as
`SESSION_ENGINE`. Django stores the key itself, so that a copy of the database would be a set of open
sessions; here it holds digests under the operator's key, which lies elsewhere.
"""

from typing import Any

from django.contrib.sessions.backends import db

from repit.foundation.clock import now
from repit.foundation.sealing import keyed_digest


def stored(key: str) -> str:
    """What the table holds for a session key: 40 characters, the width of Django's column."""
    return keyed_digest("staff session", key.encode()).hex()[:40]


class SessionStore(db.SessionStore):
    """Django's own, with the digest in place of the key."""

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
