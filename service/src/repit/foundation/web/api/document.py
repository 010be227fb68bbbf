"""The description of a wing's views as OpenAPI 3.1, made from what stands beside each of them.

In: Django's routes, the rooms whose views are meant. Out: a document as plain data. Next: the views that
serve it, `schemathesis` in the tests. Nothing of it is made before somebody asks.
"""

import inspect
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from pydantic import TypeAdapter
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaMode

from repit import __version__
from repit.foundation.admission.errors import Busy
from repit.foundation.errors import (
    DatabaseUnavailable,
    InputRefused,
    KeyRefused,
    Problem,
    RepitError,
    RequestRefused,
    TooLarge,
    TooSlow,
    Unavailable,
)
from repit.foundation.web.api.addresses import Address, Routes, addresses
from repit.foundation.web.api.answers import JSON, PROBLEM, Answer
from repit.foundation.web.api.operations import Operation
from repit.foundation.web.api.reading import names
from repit.foundation.web.charsets import CharsetRefused

_REF: Final = "#/components/schemas/{model}"
_ANYWHERE: Final = (RequestRefused, CharsetRefused, Unavailable, DatabaseUnavailable, Busy)
_TEXT: Final = {"schema": {"type": "string"}}
_SECONDS: Final = {"schema": {"type": "integer", "minimum": 1}}


class _Plain(GenerateJsonSchema):
    """Without titles, which would say each field's name again."""

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ARG002
        return False


@dataclass(frozen=True, slots=True)
class About:
    """What a document is called, and the package whose views it describes."""

    title: str
    text: str
    rooms: str


def described(routes: Routes, about: About) -> Iterator[tuple[Address, Operation]]:
    """Every operation that the document has."""
    for address in addresses(routes):
        if address.endpoint is not None and f"{address.endpoint.__module__}.".startswith(f"{about.rooms}."):
            for operation in address.endpoint.operations.values():
                yield address, operation


def document(routes: Routes, about: About) -> dict[str, Any]:
    """The whole OpenAPI document."""
    found = list(described(routes, about))
    shapes = _Shapes([operation for _, operation in found])
    paths: dict[str, Any] = {}
    schemes: dict[str, Any] = {}
    for address, operation in found:
        entry = _operation(address, operation, shapes)
        if operation.name in {each["operationId"] for path in paths.values() for each in path.values()}:
            entry["operationId"] = address.path.strip("/").replace("/", "-")
        paths.setdefault(address.path, {})[operation.method.lower()] = entry
        schemes |= {} if operation.security is None else operation.security.schemes
    return {
        "openapi": "3.1.0",
        "info": {
            "title": about.title,
            "description": about.text,
            "version": __version__,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "paths": paths,
        "components": {"schemas": shapes.definitions, "securitySchemes": schemes},
    }


class _Shapes:
    """The schemas of all types that these operations name, each once."""

    def __init__(self, operations: Sequence[Operation]) -> None:
        wanted: dict[tuple[Any, JsonSchemaMode], TypeAdapter[Any]] = {}
        for operation in operations:
            for shape in (*operation.bodies.values(), *(r.shape for r in operation.readers.values())):
                if shape is not bytes:
                    wanted[shape, "validation"] = TypeAdapter(shape)
            for answer in operation.answers:
                if answer.shape is not None:
                    wanted[answer.shape, "serialization"] = TypeAdapter(answer.shape)
        wanted[Problem, "serialization"] = TypeAdapter(Problem)
        listed = [(shape, mode, adapter) for (shape, mode), adapter in wanted.items()]
        self._known, definitions = TypeAdapter.json_schemas(
            listed, ref_template=_REF, schema_generator=_Plain
        )
        self.definitions: dict[str, Any] = definitions["$defs"]

    def taken(self, shape: Any) -> dict[str, Any]:
        """Of a body, a query or headers."""
        return {"type": "string", "format": "binary"} if shape is bytes else self._known[shape, "validation"]

    def answered(self, shape: Any) -> dict[str, Any]:
        """Of an answer."""
        return self._known[shape, "serialization"]

    def parameters(self, shape: Any) -> Iterator[tuple[str, bool, dict[str, Any]]]:
        """(name, whether it is needed, schema) of each field."""
        schema = self.taken(shape)
        schema = self.definitions.get(schema.get("$ref", "").rpartition("/")[2], schema)
        for name in names(shape):
            yield name, name in schema.get("required", ()), _sent(schema["properties"][name])


def _sent(schema: dict[str, Any]) -> dict[str, Any]:
    """A parameter's schema: what is absent is null in Python, and cannot be sent."""
    some = [each for each in schema.get("anyOf", ()) if each != {"type": "null"}]
    kept = {name: value for name, value in schema.items() if name != "default" or value is not None}
    if len(some) != 1:
        return kept
    return {**{name: value for name, value in kept.items() if name != "anyOf"}, **some[0]}


def _operation(address: Address, operation: Operation, shapes: _Shapes) -> dict[str, Any]:
    words = operation.words
    text = inspect.cleandoc(operation.view.__doc__ or "").partition(" Raises `")[0]
    entry: dict[str, Any] = {
        "operationId": operation.name,
        "summary": words.summary.en if words else text.splitlines()[0],
        "description": words.about.en if words else text,
        "parameters": list(_parameters(address, operation, shapes)),
        "responses": _responses(operation, shapes),
        "security": [] if operation.security is None else operation.security.requirements(),
    }
    bodies = {**operation.bodies}
    if "body" in operation.readers:
        bodies[JSON] = operation.readers["body"].shape
    if bodies:
        content = {media: {"schema": shapes.taken(shape)} for media, shape in bodies.items()}
        # A file may be empty, and so may the body that is one.
        entry["requestBody"] = {"required": bytes not in bodies.values(), "content": content}
    return entry


def _parameters(address: Address, operation: Operation, shapes: _Shapes) -> Iterator[dict[str, Any]]:
    for name, schema in address.parts.items():
        yield {"name": name, "in": "path", "required": True, "schema": dict(schema)}
    for place, reader in operation.readers.items():
        if place != "body":
            for name, needed, schema in shapes.parameters(reader.shape):
                text = {"description": schema.pop("description")} if "description" in schema else {}
                where = "query" if place == "query" else "header"
                yield {"name": name, "in": where, "required": needed, **text, "schema": schema}


def _responses(operation: Operation, shapes: _Shapes) -> dict[str, Any]:
    entry = {str(answer.status): _answer(answer, shapes) for answer in operation.answers}
    by_status: dict[int, list[type[RepitError]]] = {}
    for refusal in _refusals(operation):
        by_status.setdefault(refusal.status, []).append(refusal)
    for status, refusals in sorted(by_status.items()):
        kept = entry.get(str(status), {"description": "", "content": {}})
        refused = _refused(refusals)
        entry[str(status)] = {
            **refused,
            "description": f"{kept['description']} {refused['description']}".strip(),
            "content": {**kept["content"], **refused["content"]},
        }
    return entry


def _refusals(operation: Operation) -> list[type[RepitError]]:
    """Those that it names, and those that follow from what it takes."""
    follow: list[type[RepitError]] = [*_ANYWHERE]
    if operation.readers or operation.bodies:
        follow += [InputRefused, TooLarge]
    if operation.bodies or "body" in operation.readers:
        follow.append(TooSlow)
    if operation.security is not None:
        follow.append(KeyRefused)
    return list(dict.fromkeys([*operation.refusals, *follow]))


def _answer(answer: Answer[Any], shapes: _Shapes) -> dict[str, Any]:
    schema = {} if answer.shape is None else {"schema": shapes.answered(answer.shape)}
    return {"description": answer.about, "content": {answer.media: schema} if answer.media else {}}


def _refused(refusals: Sequence[type[RepitError]]) -> dict[str, Any]:
    """A problem document; its `code` says which."""
    status = refusals[0].status
    headers: dict[str, Any] = {"Content-Language": _TEXT}
    if any(issubclass(each, KeyRefused) for each in refusals):
        headers["WWW-Authenticate"] = {"required": True, **_TEXT}
    if status in (429, 503):
        headers["Retry-After"] = _SECONDS
    codes = {"code": {"enum": sorted(each.code for each in refusals)}}
    schema = {"$ref": _REF.format(model=Problem.__name__), "properties": codes}
    return {
        "description": " ".join(each.message.en for each in refusals),
        "headers": headers,
        "content": {PROBLEM: {"schema": schema}},
    }
