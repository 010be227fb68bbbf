"""The page for use without internet: one file that holds everything, signed with the operator's key.

In: the bundle, a language, the operator's key. Out: `Edition`s: the page, its signature; and the public key.
Next: `repit device-page` writes them, `offline_files` serves them, a person carries the text to a case.

The same version and language give the same bytes, whoever builds it: no clock, no key, no address and no
hotline's name goes into the page. So its quick exit leads to an empty page, which is there without internet
too.
"""

import hashlib
from base64 import b64encode
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.translation import override

from repit import __version__
from repit.foundation import minisign
from repit.foundation.sealing import derive
from repit.hotline.web.case_pages.device import FOLDER, bundle

LANGUAGES: Final = ("en", "fr")
PUBLIC_KEY: Final = "repit-device-page.pub"


@dataclass(frozen=True, slots=True)
class Edition:
    """`name` is the file's; `signature` is a minisign signature of `page`."""

    name: str
    page: bytes
    signature: str


def editions() -> list[Edition]:
    """The signed page in each language."""
    return [_edition(language, settings.REPIT_OPERATOR_KEY) for language in LANGUAGES]


@lru_cache(maxsize=len(LANGUAGES))
def _edition(language: str, operator_key: bytes) -> Edition:
    """Made once: neither the version nor the key changes while a process runs."""
    name, content = f"repit-device-{language}.html", page(language)
    signature = _key(operator_key).sign(content, f"file:{name} version:{__version__}")
    return Edition(name, content, signature)


def public_key() -> str:
    """What anyone needs to check the signatures."""
    return _key(settings.REPIT_OPERATOR_KEY).public()


def page(language: str) -> bytes:
    """The page; its policy names the digests of what may run and forbids every connection."""
    parts = bundle()
    style = (FOLDER.parent / "page.css").read_text(encoding="utf-8") + parts.style.content
    script, leaving = parts.page.content, (FOLDER.parent / "exit.js").read_text(encoding="utf-8")
    policy = {
        "default-src": "'none'",
        "script-src": " ".join(map(_digest, (parts.stop_list.content, script, leaving))),
        "style-src": _digest(style),
        # The worker is a part of this file; it inherits this policy, and with it the ban on connections.
        "worker-src": "blob:",
        "connect-src": "'none'",
        # A video that was chosen, shown to the worker by the page where a browser lets no worker decode it.
        "media-src": "blob:",
        "form-action": "'none'",
        "base-uri": "'none'",
        "require-trusted-types-for": "'script'",
    }
    context = {
        "policy": "; ".join(f"{name} {value}" for name, value in policy.items()),
        "style": style,
        "stop_list": parts.stop_list.content,
        "script": script,
        "leaving": leaving,
        "worker": parts.worker.content,
        "video_worker": parts.video.content,
    }
    with override(language):
        return render_to_string("case_pages/device_offline.html", context).strip().encode()


def _digest(content: str) -> str:
    return f"'sha256-{b64encode(hashlib.sha256(content.encode()).digest()).decode()}'"


def _key(operator_key: bytes) -> minisign.Key:
    return minisign.Key(derive(operator_key, "the page for use without internet"))
