"""Where views for machines are.

In: Django's routes. Out: `Address`es, as OpenAPI writes them. Next: `document`; tests, which see that no
address for machines is without a description.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.urls import URLPattern, URLResolver
from django.urls.converters import IntConverter

from repit.foundation.web.api.operations import Endpoint

Routes = Sequence[URLPattern | URLResolver]
_PART: Final = re.compile(r"<(?:\w+:)?(\w+)>")
_TEXT: Final[Mapping[str, Any]] = {"type": "string", "pattern": "^[^/]+$"}
_WHOLE: Final[Mapping[str, Any]] = {"type": "integer", "minimum": 0}


@dataclass(frozen=True, slots=True)
class Address:
    """`path` with its parts in braces; `parts`: the schema of each."""

    path: str
    parts: Mapping[str, Mapping[str, Any]]
    view: Any

    @property
    def endpoint(self) -> Endpoint | None:
        """What is said there to machines."""
        return self.view if isinstance(self.view, Endpoint) else None


def addresses(routes: Routes) -> Iterator[Address]:
    """All that Django would find, each path once: the first stands before the others."""
    met = set[str]()
    for found in _walked(routes, "/", {}):
        if found.path not in met:
            met.add(found.path)
            yield found


def _walked(routes: Routes, before: str, parts: Mapping[str, Mapping[str, Any]]) -> Iterator[Address]:
    for each in routes:
        path = before + _PART.sub(r"{\1}", str(each.pattern))
        here = {**parts, **{name: _schema(kind) for name, kind in each.pattern.converters.items()}}
        if isinstance(each, URLResolver):
            yield from _walked(each.url_patterns, path, here)
        else:
            yield Address(path, here, each.callback)


def _schema(converter: object) -> Mapping[str, Any]:
    return _WHOLE if isinstance(converter, IntConverter) else _TEXT
