"""Whether a platform may ask: by the keys that the operator listed.

In: what a request says of itself. Out: yes or no. Next: `platform.integrations.http_api`, and
`foundation.process.front`, which takes nothing in from whoever may not. Pure.
"""

import hmac


def admits(authorization: str, keys: tuple[str, ...]) -> bool:
    """Whether a header carries one of the keys; whatever it says, where there are none."""
    scheme, _, key = authorization.partition(" ")
    given = key.strip().encode()
    known = [hmac.compare_digest(given, known_key.encode()) for known_key in keys]
    return not keys or (scheme.lower() == "bearer" and any(known))
