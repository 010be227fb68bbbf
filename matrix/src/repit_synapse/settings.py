"""What the operator writes under `config:`, parsed strictly.

In: a mapping from homeserver.yaml. Out: `Settings`, or Synapse's `ConfigError` at the place of the mistake.
Next: `module`.
"""

import ipaddress
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Literal, TypeVar, cast
from urllib.parse import urlsplit

from synapse.module_api.errors import ConfigError

T = TypeVar("T")
Choice = Literal["allow", "refuse"]
_CHOICES: Final = ("allow", "refuse")
_KEY_BYTES: Final = 4096


@dataclass(frozen=True, slots=True)
class Settings:
    """`gate`: address without a slash at its end. `key`: what the gate lists in REPIT_GATE_KEYS, or empty.

    `unanswered`: what happens to a file that the gate gave no verdict on. `review`: to one that it wants a
    person to look at. `seconds`: for reading, asking and asking again. `max_bytes`: of a longer file only
    the digests are sent. `thumbnails`: whether thumbnails of a file that passed are asked about too.
    """

    gate: str
    unanswered: Choice
    key: str = field(default="", repr=False)
    review: Choice = "allow"
    seconds: float = 10.0
    max_bytes: int = 64 * 1024**2
    thumbnails: bool = False


def parse(config: Any) -> Settings:
    """Raises `ConfigError`."""
    if not isinstance(config, Mapping):
        raise ConfigError("write it as options with values, such as gate: http://127.0.0.1:8700")
    known: dict[str, Callable[[Any], object]] = {
        "gate": _address,
        "unanswered": _choice,
        "key_file": _key,
        "review": _choice,
        "seconds": _seconds,
        "max_bytes": _size,
        "thumbnails": _yes_or_no,
    }
    for name in config:
        if name not in known:
            raise ConfigError(f"not an option; there are {', '.join(known)}", (str(name),))
    for name, why in _NEEDED.items():
        if config.get(name) is None:
            raise ConfigError(why, (name,))
    read: dict[str, Any] = {}
    for name, value in config.items():
        try:
            read["key" if name == "key_file" else name] = known[name](value)
        except ValueError as error:
            raise ConfigError(str(error), (name,)) from None
    return Settings(**read)


_NEEDED: Final = {
    "gate": "say where the gate answers, such as http://127.0.0.1:8700",
    "unanswered": "say what happens to a file while the gate does not answer: allow or refuse",
}


def _address(value: Any) -> str:
    parts = urlsplit(value if isinstance(value, str) else "")
    host, _ = parts.hostname or "", parts.port
    if parts.scheme not in ("http", "https") or not host:
        raise ValueError("an address begins with http:// or https:// and a name")
    if parts.username is not None or parts.query or parts.fragment:
        raise ValueError("no user, password, question mark or hash belongs in this address")
    if parts.scheme == "http" and not _stays_near(host):
        raise ValueError("http:// only towards this machine or its own network; use https:// beyond")
    return cast("str", value).rstrip("/")


def _stays_near(host: str) -> bool:
    """This machine, a private address, or a name without a dot, as containers have."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return "." not in host
    return address.is_loopback or address.is_private


def _choice(value: Any) -> Choice:
    if value not in _CHOICES:
        raise ValueError("allow or refuse")
    return cast("Choice", value)


def _key(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError("the path of a file that holds the key")
    try:
        with Path(value).open("rb") as file:
            key = file.read(_KEY_BYTES).decode("ascii").strip()
    except (OSError, ValueError):
        raise ValueError("this file cannot be read") from None
    if not key or not key.isprintable() or " " in key:
        raise ValueError("this file holds no key")
    return key


def _seconds(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0.1 <= value <= 120:
        raise ValueError("a number from 0.1 to 120")
    return float(value)


def _size(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 1024 <= value <= 1024**3:
        raise ValueError("a whole number of bytes from 1024 to 1073741824")
    return value


def _yes_or_no(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError("true or false")
    return value
