"""The HTTP client behind `outbound`, and what its failures are called here.

In: a base URL, headers, the peers that the operator named. Out: a client whose connections are vetted, the
exchange that bounds each request. Next: `outbound`, and nobody else.
"""

import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from typing import Final

import httpcore2
import httpx2
from django.conf import settings
from httpx2 import Client, Response

from repit.foundation.errors import OutboundRefused, PeerExpired, PeerFailed, PeerMisnamed, PeerUntrusted
from repit.foundation.vetted import Exchange, Resolve, VettingBackend, resolve

__all__ = ["Client", "Exchange", "Response", "VettedTransport", "client", "named_failures"]


@cache
def _trusted(own: str) -> ssl.SSLContext:
    """Whom we trust, the operator's `own` authority too; reading the list of authorities takes longer than
    most requests, so it is read once."""
    trusted = httpx2.create_ssl_context(trust_env=False)
    if own:
        trusted.load_verify_locations(cafile=own)
    return trusted


class VettedTransport(httpx2.HTTPTransport):
    """httpx2's transport over a pool whose connections our backend opens.

    The pool is a private attribute of httpx2; a test holds that requests do pass through the backend.
    """

    def __init__(self, allow: frozenset[str], look_up: Resolve) -> None:
        # `repit demo` asks its own loopback, and has no installation whose settings it could read.
        trusted = _trusted(settings.REPIT_OUTBOUND_CA if settings.configured else "")
        super().__init__(verify=trusted, trust_env=False)
        self._pool.close()
        self._pool = httpcore2.ConnectionPool(
            ssl_context=trusted,
            max_connections=20,
            keepalive_expiry=30.0,
            network_backend=VettingBackend(allow, look_up),
        )


def client(
    base_url: str, headers: Mapping[str, str], allow: frozenset[str], look_up: Resolve | None
) -> Client:
    """A client that reads nothing of the environment and follows no redirect by itself."""
    return Client(
        base_url=base_url,
        headers=headers,
        transport=VettedTransport(allow, look_up or resolve),
        follow_redirects=False,
        trust_env=False,
    )


@contextmanager
def named_failures() -> Iterator[None]:
    """httpx2's exceptions into ours; their texts may hold addresses, so only the class is kept."""
    try:
        yield
    except httpx2.TimeoutException as error:
        raise PeerFailed(detail=f"timeout: {type(error).__name__}") from None
    except (httpx2.HTTPError, httpx2.StreamError) as error:
        refused = _of_a_certificate(error)
        if refused is not None:
            raise _CERTIFICATES.get(refused.verify_code, PeerUntrusted) from None
        raise PeerFailed(detail=type(error).__name__) from None
    except (httpx2.InvalidURL, httpx2.CookieConflict) as error:
        raise OutboundRefused(detail=type(error).__name__) from None


# X509_V_ERR_* of OpenSSL (x509_vfy.h): not yet valid, expired; another host name, another address.
_CERTIFICATES: Final = {9: PeerExpired, 10: PeerExpired, 62: PeerMisnamed, 64: PeerMisnamed}


def _of_a_certificate(error: BaseException | None) -> ssl.SSLCertVerificationError | None:
    """That a certificate did not prove whose it is, where that stands behind this error."""
    while error is not None:
        if isinstance(error, ssl.SSLCertVerificationError):
            return error
        error = error.__cause__ or error.__context__
    return None
