"""A view for machines: what it takes, what it answers, and who may ask, said once.

In: a function with its types. Out: `Endpoint`, which Django calls. Next: `urls` of each room, `document`.

    @operation("POST", answers=(NOTED,), refusals=(NotFound,), security=PLATFORM)
    def appeal(request: HttpRequest, decision: str, body: Objection) -> HttpResponseBase: ...

`query`, `headers` and `body` are read as the types that the function names, and described as the same; `who`
is whoever `security` recognised, which is asked first; then `limit` may refuse, before anything is read.
Every other parameter is a part of the path. A view
that reads its body itself, in pieces, says in `bodies` what that may be.
"""

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, update_wrapper
from typing import Any, Final, Literal, get_type_hints

from django.http import HttpRequest, HttpResponseNotAllowed
from django.http.response import HttpResponseBase

from repit.foundation.errors import InputRefused, RepitError, Text, WireRefused
from repit.foundation.web.api.answers import Answer
from repit.foundation.web.api.reading import Reader
from repit.foundation.web.api.security import Security

Method = Literal["GET", "HEAD", "POST", "PUT"]
View = Callable[..., HttpResponseBase]
Limit = Callable[[Any], None]
"""Counts one more request of whoever was recognised; raises a `RepitError` where it is one too many."""
_READ: Final = ("query", "headers", "body")


@dataclass(frozen=True, slots=True)
class Words:
    """The same for people, on a page: `example` is a command line."""

    summary: Text
    about: Text
    example: str


@dataclass(frozen=True, eq=False)
class Operation:
    """One method of one address. `bodies`: by medium, of a view that reads its body itself."""

    method: Method
    name: str
    view: View
    answers: Sequence[Answer[Any]]
    refusals: Sequence[type[RepitError]]
    security: Security[Any] | None
    bodies: Mapping[str, Any] = field(default_factory=dict)
    words: Words | None = None
    limit: Limit | None = None

    @cached_property
    def readers(self) -> dict[str, Reader[Any]]:
        """What the view wants read, by the name of its parameter."""
        hints = get_type_hints(self.view, include_extras=True)
        return {name: Reader(hints[name]) for name in _READ if name in hints}

    @cached_property
    def _wants_who(self) -> bool:
        return "who" in inspect.signature(self.view).parameters

    def answer(self, request: HttpRequest, path: dict[str, Any]) -> HttpResponseBase:
        """Who asks first, then what is asked, then the view."""
        if self.security is not None:
            who = self.security.recognise(request)
            if self.limit is not None:
                self.limit(who)
            if self._wants_who:
                path["who"] = who
        for name, reader in self.readers.items():
            path[name] = getattr(reader, name)(request)
        try:
            return self.view(request, **path)
        except WireRefused as error:
            raise InputRefused(detail=error.detail) from None


class Endpoint:
    """What stands at one address: a view of Django, without cookies and so without their forgery."""

    csrf_exempt = True

    def __init__(self, *operations: Operation) -> None:
        self.operations: dict[str, Operation] = {operation.method: operation for operation in operations}
        update_wrapper(self, operations[0].view)

    def __call__(self, request: HttpRequest, **path: Any) -> HttpResponseBase:
        operation = self.operations.get(request.method or "")
        if operation is None:
            return HttpResponseNotAllowed(self.operations)
        return operation.answer(request, path)


def operation(
    method: Method,
    *,
    answers: Sequence[Answer[Any]],
    refusals: Sequence[type[RepitError]] = (),
    security: Security[Any] | None = None,
    bodies: Mapping[str, Any] | None = None,
    name: str = "",
    words: Words | None = None,
    limit: Limit | None = None,
) -> Callable[[View], Endpoint]:
    """Say what a view is; see the module's words. `name`: where the function's own is not the only one."""

    def described(view: View) -> Endpoint:
        known = name or view.__name__.replace("_", "-")
        return Endpoint(
            Operation(method, known, view, answers, refusals, security, bodies or {}, words, limit)
        )

    return described


def at_one_address(*endpoints: Endpoint) -> Endpoint:
    """Several methods of one address."""
    return Endpoint(*(each for endpoint in endpoints for each in endpoint.operations.values()))
