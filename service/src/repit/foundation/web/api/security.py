"""Who may ask.

In: a request. Out: whoever its key is of, or `KeyRefused`. Next: `operations` asks before anything else is
read; `document` describes it.
"""

from collections.abc import Mapping
from typing import Any, Protocol, TypeVar

from django.http import HttpRequest

Who_co = TypeVar("Who_co", covariant=True)
Requirement = dict[str, list[str]]


class Security(Protocol[Who_co]):
    """`schemes`: by name, as OpenAPI's security schemes."""

    schemes: Mapping[str, Mapping[str, Any]]

    def recognise(self, request: HttpRequest) -> Who_co:
        """Who asks. Raises `KeyRefused`, `NotGranted`."""
        ...

    def requirements(self) -> list[Requirement]:
        """Alternatives, each of schemes that are needed together; an empty one: nothing is needed."""
        ...


def any_of(*names: str) -> list[Requirement]:
    """One of these schemes is needed."""
    return [{name: []} for name in names]
