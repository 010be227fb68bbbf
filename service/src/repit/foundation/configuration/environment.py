"""Settings from the environment: declared once, parsed strictly, documented from the declaration.

In: `REPIT_*` variables, or files named by `REPIT_*_FILE` for those that may be secrets. Out: typed values, or
`SettingsRefused` with what to do. Next: `base`; `page` writes docs/en/settings.md, which a test compares.

A variable that begins with REPIT_ and is not declared stops the start: a misspelt setting that is silently
ignored is how a gate comes to fail open.
"""

import difflib
import os
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from ipaddress import ip_network
from pathlib import Path
from typing import Final, Generic, TypeVar
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from repit.foundation.configuration.forms import in_french
from repit.foundation.errors import SettingsRefused, Text

T = TypeVar("T")
MAX_SECRET_BYTES: Final = 64 * 1024


@dataclass(frozen=True, slots=True)
class Setting(Generic[T]):
    """One variable: how it is read, what it is when absent (already typed), and one sentence about it.
    `secret`: whether a value may be one, that `gives_away` tells; then it may also come from a file."""

    name: str
    parse: Callable[[str], T]
    default: T
    about: str
    form: str
    shown_default: str
    secret: bool = False
    gives_away: Callable[[str], bool] = bool

    def read(self, environ: Mapping[str, str]) -> T:
        """The typed value. Raises `SettingsRefused`, naming the variable and the form, never the value."""
        raw = environ.get(self.name)
        file = environ.get(f"{self.name}_FILE") if self.secret else None
        if raw is not None and file is not None:
            raise SettingsRefused(
                Text(
                    f"Both {self.name} and {self.name}_FILE are set.",
                    f"{self.name} et {self.name}_FILE sont tous deux définis.",
                ),
                Text("Keep one of them.", "N’en gardez qu’un."),
            )
        if file is not None:
            raw = _from_file(self.name, Path(file))
        if raw is None or raw == "":
            return self.default
        try:
            return self.parse(raw)
        except ValueError:
            raise SettingsRefused(
                Text(f"{self.name} cannot be read.", f"{self.name} est illisible."),
                Text(f"Write it as: {self.form}.", f"Forme attendue : {in_french(self.form)}."),
            ) from None


def _from_file(name: str, path: Path) -> str:
    try:
        raw = path.read_bytes()
        if len(raw) > MAX_SECRET_BYTES:
            raise ValueError
        return raw.decode().strip()
    except (OSError, ValueError):
        raise SettingsRefused(
            Text(
                f"The file that {name}_FILE names cannot be read.",
                f"Le fichier nommé par {name}_FILE est illisible.",
            ),
            Text(
                "Check its path, permissions and content.", "Vérifiez son chemin, ses droits et son contenu."
            ),
        ) from None


# --- how values are written -------------------------------------------------------------------------------


def text(raw: str) -> str:
    return raw


def listed(raw: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in raw.split(",") if part.strip())


def yes_or_no(raw: str) -> bool:
    known = {"yes": True, "no": False}
    if raw not in known:
        raise ValueError
    return known[raw]


def one_of(*choices: str) -> Callable[[str], str]:
    def parse(raw: str) -> str:
        if raw not in choices:
            raise ValueError
        return raw

    return parse


def whole(least: int, most: int) -> Callable[[str], int]:
    def parse(raw: str) -> int:
        value = int(raw)
        if not least <= value <= most:
            raise ValueError
        return value

    return parse


def time_zone(raw: str) -> str:
    if raw not in available_timezones():
        raise ValueError
    return raw


def folder(raw: str) -> Path:
    return Path(raw).expanduser().absolute()


def a_file(raw: str) -> str:
    """The path of a file, whole."""
    return str(folder(raw))


def pem_file(raw: str) -> str:
    """The path of a file that can be read."""
    if not os.access(path := a_file(raw), os.R_OK):
        raise ValueError
    return path


def has_password(raw: str) -> bool:
    """Whether an address of a server holds the password, rather than that the server knows who asks."""
    return bool(re.search(r"://[^:/@]*:.*@|[?&](?:ssl)?password=", raw, re.DOTALL))


def secret(least: int) -> Callable[[str], str]:
    """A text that nobody guesses: of so many characters at least."""

    def parse(raw: str) -> str:
        if len(raw) < least:
            raise ValueError
        return raw

    return parse


def secrets_of(least: int) -> Callable[[str], tuple[str, ...]]:
    """The same, several, separated by commas."""

    def parse(raw: str) -> tuple[str, ...]:
        return tuple(map(secret(least), listed(raw)))

    return parse


def hosts(raw: str) -> tuple[str, ...]:
    """Names of hosts as browsers say them: neither `https://`, nor a path, nor a port, nor `*`."""
    found = listed(raw)
    if not all(re.fullmatch(r"\.?[A-Za-z0-9_.-]+|\[[0-9A-Fa-f:.]+\]", host) for host in found):
        raise ValueError
    return found


def peers(raw: str) -> frozenset[str]:
    """`host:port`, separated by commas."""
    found = listed(raw)
    for peer in found:
        host, _, port = peer.rpartition(":")
        if not host or not 0 < int(port) < 65536:
            raise ValueError
    return frozenset(found)


def pairs(firsts: Collection[str], seconds: Collection[str]) -> Callable[[str], tuple[str, ...]]:
    """`first:second`, separated by commas; `none` for none."""

    def parse(raw: str) -> tuple[str, ...]:
        found = () if raw == "none" else listed(raw)
        for pair in found:
            first, _, second = pair.partition(":")
            if first not in firsts or second not in seconds:
                raise ValueError
        return found

    return parse


def endpoint(raw: str) -> str:
    """`host:port`, or `unix:/path` for a socket in the file system."""
    if raw.startswith("unix:/"):
        return raw
    host, _, port = raw.rpartition(":")
    if not host or not 0 < int(port) < 65536:
        raise ValueError
    return raw


def networks(raw: str) -> tuple[str, ...]:
    """Addresses or networks such as 10.0.0.0/8, separated by commas."""
    return tuple(str(ip_network(network)) for network in listed(raw))


def web_address(raw: str) -> str:
    """http(s)://host[:port], without path."""
    parts = urlsplit(raw)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.path.strip("/") or parts.query:
        raise ValueError
    return f"{parts.scheme}://{parts.netloc}"


def bucket_and_prefix(raw: str) -> str:
    """`bucket`, or `bucket/prefix/`; with a slash at the end in either case."""
    bucket, _, prefix = raw.partition("/")
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{1,62}", bucket) or len(prefix) > 200:
        raise ValueError
    return f"{bucket}/{prefix.strip('/')}/" if prefix.strip("/") else f"{bucket}/"


def key32(raw: str) -> bytes:
    """64 hexadecimal digits: 32 bytes."""
    value = bytes.fromhex(raw)
    if len(value) != 32:
        raise ValueError
    return value


# --- the whole environment ------------------------------------------------------------------------------


def refuse_unknown(environ: Mapping[str, str], declared: Mapping[str, Setting[object]]) -> None:
    """Raise `SettingsRefused` for a REPIT_ variable that nobody declared, naming the nearest declared."""
    known = set(declared) | {f"{s.name}_FILE" for s in declared.values() if s.secret}
    for name in sorted(environ):
        if name.startswith("REPIT_") and name not in known:
            hint = nearest(name, known)
            raise SettingsRefused(
                Text(f"{name} is not a setting.{hint.en}", f"{name} n’est pas un réglage.{hint.fr}"),
                Text("See docs/en/settings.md, or unset it.", "Voir docs/en/settings.md, ou supprimez-le."),
            )


def nearest(name: str, known: Collection[str]) -> Text:
    """A question about the name that was perhaps meant; empty where none is near."""
    near = difflib.get_close_matches(name, known, n=1)
    return Text(f" Did you mean {near[0]}?", f" Vouliez-vous {near[0]} ?") if near else Text("", "")


def plain(setting: Setting[object]) -> dict[str, object]:
    """What `page` says of one, for a program."""
    shown = {"name": setting.name, "form": setting.form, "when_absent": setting.shown_default}
    return {**shown, "about": setting.about, "secret": setting.secret}


def page(declared: Mapping[str, Setting[object]]) -> str:
    """docs/en/settings.md, whole."""
    rows = [
        f"| `{s.name}`{' (or `_FILE`)' if s.secret else ''} | {s.form} | {s.shown_default} | {s.about} |"
        for s in declared.values()
    ]
    return "\n".join(
        [
            "# Settings",
            "",
            "Servers and commands find them in the same places, so that they act on the same installation:"
            " the",
            "file that `REPIT_CONFIG` (or `repit --config FILE`) names; else `repit.toml` in the folder",
            "`REPIT_DATA`, and nowhere else where that is set; else in the working directory; else",
            "`/etc/repit/repit.toml`. What the environment says comes first. `repit init` writes the file:",
            "",
            "```toml",
            'role = "hotline"                       # or "platform", or "both"',
            'address = "https://hotline.example"    # REPIT_ADDRESS, in small letters and without REPIT_',
            'database_url = "postgresql:///repit?host=/run/postgresql"',
            "proxies = 1",
            'operator_key_file = "operator.key"     # from the folder of this file',
            "```",
            "",
            "It belongs to the service's user or to root, and nobody else may write to it. Where a secret"
            " such as a",
            "password stands in it, only they and its group may read it (`chmod 640`). Settings marked *or"
            " `_FILE`*",
            "may instead name a file that holds the value, which keeps secrets out of this file and of"
            " process",
            "listings.",
            "A value that cannot be read, a variable that begins with `REPIT_` and does not stand here, or"
            " such a",
            "name in the file, stops the start with a message that says what to do.",
            "",
            "This page is written from the declarations in `repit.settings.declared` by `repit settings`; a",
            "test fails when they differ.",
            "",
            "| Variable | Form | When absent | What it does |",
            "|---|---|---|---|",
            *rows,
            "",
        ]
    )
