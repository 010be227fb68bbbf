"""What a request's head says: who asks, how much is coming, in which language to refuse it.

In: a scope (ASGI). Out: words and numbers, and the environment that Django knows (WSGI). Next: `gateway`.
"""

import sys
from collections import defaultdict
from collections.abc import Mapping
from ipaddress import ip_address, ip_network
from typing import Any, Final

Scope = Mapping[str, Any]
SENDER: Final = b"repit-sender"
_LONGEST: Final = 200


def header(scope: Scope, wanted: bytes) -> str:
    """A header's value; several, joined."""
    return ",".join(value.decode("latin-1") for name, value in scope["headers"] if name == wanted)


def who(scope: Scope, proxies: int, *, key: bool) -> str:
    """Whatever tells this client from others; kept while the request is here, so that they take turns.

    With `key`, where the request carries one that is known, or needs none: the key and what the platform says
    of its sender. Else its address, which anyone could not choose at will; a household that has a whole
    network of them (IPv6) counts once.
    """
    if key and (sender := f"{header(scope, b'authorization')} {header(scope, SENDER)}".strip()):
        return sender[:_LONGEST]
    client = scope.get("client")
    address_text = client[0] if client else ""
    if proxies:
        hops = [hop.strip() for hop in header(scope, b"x-forwarded-for").split(",")]
        address_text = hops[-proxies] if len(hops) >= proxies else address_text
    try:
        address = ip_address(address_text)
    except ValueError:
        return address_text[:_LONGEST]
    return str(address) if address.version == 4 else str(ip_network(f"{address}/64", strict=False))


def announced(scope: Scope) -> int | None:
    """How long the body says it is; 0 where there is none, None where only its end tells."""
    if "chunked" in header(scope, b"transfer-encoding").lower():
        return None
    try:
        return max(0, int(header(scope, b"content-length") or 0))
    except ValueError:
        return 0


def environ(scope: Scope, body: Any, length: int | None) -> dict[str, Any]:
    """A request as WSGI has it (PEP 3333). `length`: of the body, where it is known."""
    server = scope.get("server") or ("localhost", 80)
    client = scope.get("client")
    variables = {
        "REQUEST_METHOD": scope["method"],
        "SCRIPT_NAME": "",
        "PATH_INFO": scope["path"].encode().decode("latin-1"),
        "QUERY_STRING": scope["query_string"].decode("latin-1"),
        "SERVER_PROTOCOL": f"HTTP/{scope['http_version']}",
        "SERVER_NAME": server[0],
        "SERVER_PORT": str(server[1] or 0),
        "REMOTE_ADDR": client[0] if client else "",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": body,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    headers: dict[str, list[str]] = defaultdict(list)
    for name, value in scope["headers"]:
        if b"_" in name:
            continue  # it would pass for the header with a hyphen, which a proxy may have set
        shouted = name.decode("latin-1").upper().replace("-", "_")
        plain = shouted in ("CONTENT_TYPE", "CONTENT_LENGTH")
        headers[shouted if plain else f"HTTP_{shouted}"].append(value.decode("latin-1"))
    variables |= {
        name: ("; " if name == "HTTP_COOKIE" else ",").join(values) for name, values in headers.items()
    }
    if length is not None:
        variables["CONTENT_LENGTH"] = str(length)
    return variables
