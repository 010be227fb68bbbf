"""Where the hotline is and the key it gave out.

In: the command line of `tx`, environment or file. Out: `RepitConfig`, `RepitKeys`. Next: `exchange`.
"""

import ipaddress
import re
from dataclasses import dataclass, field
from typing import ClassVar, Final
from urllib.parse import urlsplit

from threatexchange.exchanges import auth
from threatexchange.exchanges.collab_config import CollaborationConfigWithDefaults

NAME: Final = "repit"
PATH: Final = "/exchange/stopncii/v1"
_KEY: Final = re.compile(r"[!-~]{1,200}")


@dataclass
class _Required:
    """Fields without default come first."""

    name: str
    base_url: str = field(metadata={"help": "the hotline's address, such as https://hotline.example"})


@dataclass
class RepitConfig(CollaborationConfigWithDefaults, _Required):
    """One hotline."""

    api: str = field(init=False, default=NAME)


@dataclass
class RepitKeys(auth.CredentialHelper):
    """Subscriber's keys: one for every hotline, or `host=key` for each, with blanks between."""

    ENV_VARIABLE: ClassVar[str] = "TX_REPIT_KEY"
    FILE_NAME: ClassVar[str] = "~/.tx_repit_key"

    keys: str = field(repr=False, metadata={"help": "The subscriber's key that the hotline gave out."})

    @classmethod
    def _from_str(cls, s: str) -> "RepitKeys":
        return cls(s.strip())

    def _are_valid(self) -> bool:
        words = self.keys.split()
        return bool(words) and all(_KEY.fullmatch(word) for word in words)

    def for_host(self, host: str) -> str:
        """The key for a hotline; raises `ValueError` where there is none."""
        for word in self.keys.split():
            name, named, key = word.partition("=")
            if not named or name == host:
                return key if named else word
        raise ValueError(f"no key for {host}: add it to TX_REPIT_KEY as host=key")


def endpoint(base_url: str) -> tuple[str, str]:
    """(address of the wire, host); raises `ValueError` for one that would show the key to others."""
    parts = urlsplit(base_url)
    host = parts.hostname or ""
    if parts.scheme != "https" and not (parts.scheme == "http" and _is_loopback(host)):
        raise ValueError("the hotline's address begins with https://")
    if not host or parts.query or parts.fragment or parts.username:
        raise ValueError("the hotline's address is https://, its name, and nothing behind it")
    root = base_url.rstrip("/")
    return (root if parts.path.strip("/") else root + PATH), host


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
