"""Query, headers and bodies, by the types that views name.

In: a request, a type (pydantic). Out: a value of that type, or `InputRefused`, which never repeats what was
sent. Next: `operations` hands it to the view; `document` describes the same type.
"""

import re
from collections.abc import Mapping
from functools import cached_property
from typing import Any, Final, Generic, TypeVar

from django.http import HttpRequest
from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from repit.foundation.errors import InputRefused, Text

Taken = TypeVar("Taken")
_NUMBERS: Final = re.compile(r"int_|float_|finite_number|greater_than|less_than")
_WORD: Final = re.compile(r"'([^']*)'")


class Strict(BaseModel):
    """A body in which everything has a name that is known; whole numbers bear `foundation.whole.WHOLE`."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Parameters(BaseModel):
    """A query, or headers: of what else is there nothing is read."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class Reader(Generic[Taken]):
    """Reads one type; what checks it is made on first use."""

    def __init__(self, shape: Any) -> None:
        self.shape = shape

    @cached_property
    def adapter(self) -> TypeAdapter[Taken]:
        """Of pydantic."""
        return TypeAdapter(self.shape)

    @cached_property
    def _keys(self) -> dict[str, str]:
        """The names of headers, as WSGI (PEP 3333) writes them."""
        return {name: f"HTTP_{name.upper().replace('-', '_')}" for name in names(self.shape)}

    def json(self, raw: bytes) -> Taken:
        """A value from JSON. Raises `InputRefused`."""
        try:
            return self.adapter.validate_json(raw)
        except ValidationError:  # which may hold as many faults as there are values
            raise InputRefused from None

    def body(self, request: HttpRequest) -> Taken:
        """The whole body of a request. Raises `InputRefused`."""
        return self.json(request.body)

    def query(self, request: HttpRequest) -> Taken:
        """Of what is said twice, the last. Raises `InputRefused`."""
        return self._parameters(request.GET.dict())

    def headers(self, request: HttpRequest) -> Taken:
        """Raises `InputRefused`."""
        return self._parameters(
            {name: request.META[key] for name, key in self._keys.items() if key in request.META}
        )

    def _parameters(self, given: Mapping[str, object]) -> Taken:
        try:
            return self.adapter.validate_python(given)
        except ValidationError as error:
            raise _refused(error) from None


def names(parameters: type[BaseModel]) -> dict[str, str]:
    """The fields of parameters by the names that they are sent under."""
    return {field.alias or name: name for name, field in parameters.model_fields.items()}


def _first(error: ValidationError) -> ErrorDetails:
    return error.errors(include_input=False, include_url=False)[0]


def _refused(error: ValidationError) -> InputRefused:
    """Which parameter is not in its form, and which form that is. Its name is ours, its value is not told."""
    first = _first(error)
    name, kind = first["loc"][0], first["type"]
    if _NUMBERS.match(kind):
        return InputRefused(Text(f"'{name}' is a number from 0 up.", f"« {name} » est un nombre, 0 ou plus."))
    if kind == "literal_error":
        words = ", ".join(_WORD.findall(first["ctx"]["expected"]))
        return InputRefused(Text(f"'{name}' is one of: {words}.", f"« {name} » est un de : {words}."))
    return InputRefused(
        Text(f"'{name}' is not in its form.", f"« {name} » n’a pas la forme attendue."), detail=kind
    )
