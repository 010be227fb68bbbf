"""Every page that someone can come to: all addresses that have a name and want nothing, and what is linked.

In: a browser that is signed in as someone, or not at all. Out: pages, each kind once. Next: the tests that
measure them. A page that is new tomorrow is walked to without a word here.
"""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from django.urls import NoReverseMatch, Resolver404, get_resolver, resolve, reverse
from django.urls.resolvers import URLPattern, URLResolver
from django.utils.translation import override
from playwright.sync_api import Error, Page

# They end what the walk needs.
ENDS = {"case_pages:leave", "case_pages:sign-out", "account_logout", "cases-lock", "case_pages:erased"}


def names(under: URLResolver | None = None, space: str = "") -> Iterator[str]:
    """Of every address."""
    for each in (under or get_resolver()).url_patterns:
        if isinstance(each, URLPattern):
            if each.name:
                yield f"{space}{each.name}"
        elif isinstance(each, URLResolver):
            inner = f"{space}{each.namespace}:" if each.namespace else space
            yield from names(each, inner)


def seeds(language: str, prefix: str) -> list[str]:
    """Addresses under a prefix that want nothing to be known."""
    found = []
    with override(language):
        for name in sorted(set(names())):
            try:
                found.append(reverse(name))
            except NoReverseMatch:
                continue
    return [path for path in found if path.startswith(prefix)]


def kind(path: str) -> str:
    """Which page an address is of, whatever it is about; nothing where it is none."""
    try:
        return resolve(path).view_name
    except Resolver404:
        return ""


def walked(page: Page, base: str, language: str, prefix: str) -> Iterator[str]:
    """Each kind of page once, as it stands in the browser; its name. None may break on the way."""
    with override(language):
        waiting, met = seeds(language, prefix), set[str]()
        while waiting:
            path = waiting.pop(0)
            name = kind(path)
            if not name or name in met or name in ENDS:
                continue
            met.add(name)
            try:
                answer = page.goto(base + path)
            except Error:  # no page: what wants a form, or a file
                continue
            assert answer is None or answer.status < 500, f"{path}: {answer.status}"
            if answer is None or answer.status != 200 or "html" not in answer.headers.get("content-type", ""):
                continue
            landed = kind(urlsplit(page.url).path)
            if landed != name:
                if not landed or landed in met:
                    continue
                met.add(landed)
            yield landed or name
            links: list[str] = page.evaluate("[...document.links].map((link) => link.href)")
            waiting += [
                parts.path
                for parts in map(urlsplit, links)
                if f"{parts.scheme}://{parts.netloc}" == base and parts.path.startswith(prefix)
            ]
