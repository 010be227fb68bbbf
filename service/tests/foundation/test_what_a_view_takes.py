"""A view for machines gets what it names, checked, or is not asked at all."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Annotated, Any, Final

import pytest
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.test import RequestFactory
from django.urls import path
from pydantic import Field
from typing_extensions import TypedDict

from repit.foundation.errors import InputRefused, KeyRefused, NotFound, WireRefused
from repit.foundation.web.api.answers import Answer, empty
from repit.foundation.web.api.document import About, document
from repit.foundation.web.api.operations import at_one_address, operation
from repit.foundation.web.api.reading import Parameters, Strict
from repit.foundation.whole import WHOLE


class Query(Parameters):
    after: Annotated[int, Field(ge=0)] = 0
    size: Annotated[int, Field(ge=0)] | None = None


class Headers(Parameters):
    sender: Annotated[str, Field(alias="Repit-Sender")] = ""


class Body(Strict):
    count: Annotated[int, Field(gt=0, le=9), WHOLE]


class HeardAnswer(TypedDict):
    heard: str


class OneKey:
    schemes: Mapping[str, Mapping[str, Any]] = {"key": {"type": "http", "scheme": "bearer"}}

    def recognise(self, request: Any) -> str:
        if request.headers.get("Authorization") != "Bearer good":
            raise KeyRefused
        return "somebody"

    def requirements(self) -> list[dict[str, list[str]]]:
        return [{"key": []}]


HEARD: Final = Answer("What was heard.", HeardAnswer)


@operation("GET", answers=(HEARD,), security=OneKey())
def reading(request: Any, who: str, name: str, query: Query, headers: Headers) -> HttpResponseBase:
    """Read. Raises `NotFound`."""
    return HEARD({"heard": f"{who} {name} {query.after} {query.size} {headers.sender}"})


@operation("POST", answers=(empty("Noted.", 204),), refusals=(NotFound,))
def writing(request: Any, name: str, body: Body) -> HttpResponseBase:
    """Write."""
    if body.count == 9:
        raise WireRefused(detail="never told")
    return HttpResponse(status=204)


BOTH: Final = at_one_address(reading, writing)
ROUTES = [path("things/<str:name>", BOTH), path("numbers/<int:name>", reading)]


def ask(rf: RequestFactory, query: str = "", **headers: str) -> HttpResponseBase:
    return BOTH(rf.get(f"/things/a?{query}", headers={"Authorization": "Bearer good", **headers}), name="a")


def write(rf: RequestFactory, body: bytes) -> HttpResponseBase:
    return BOTH(rf.post("/things/a", body, "application/json"), name="a")


def test_a_view_gets_what_it_names_in_its_types(rf: RequestFactory) -> None:
    answer = ask(rf, "after=3&size=4&unknown=5", **{"Repit-Sender": "x"})
    assert json.loads(answer.content) == {"heard": "somebody a 3 4 x"}  # type: ignore[attr-defined]
    assert json.loads(ask(rf).content) == {"heard": "somebody a 0 None "}  # type: ignore[attr-defined]


@pytest.mark.parametrize("query", ["after=x", "after=-1", "after=", "after=1.5", "size=x"])
def test_a_parameter_that_is_not_in_its_form_is_named_and_not_repeated(
    rf: RequestFactory, query: str
) -> None:
    with pytest.raises(InputRefused) as refused:
        ask(rf, query)
    name, _, value = query.partition("=")
    assert f"'{name}' is a number from 0 up." == refused.value.message.en
    assert not value or value not in refused.value.message.en + refused.value.detail


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b"{}", b'{"count":"1"}', b'{"count":true}', b'{"count":0}', b'{"count":1,"x":1}'],
)
def test_a_body_that_is_not_in_its_form_is_refused_whatever_it_is(rf: RequestFactory, body: bytes) -> None:
    with pytest.raises(InputRefused) as refused:
        write(rf, body)
    assert refused.value.detail == ""


def test_a_whole_number_may_have_a_point_and_a_message_of_another_protocol_may_be_refused(
    rf: RequestFactory,
) -> None:
    assert write(rf, b'{"count": 5.0}').status_code == 204
    with pytest.raises(InputRefused):
        write(rf, b'{"count": 9}')


def test_who_asks_is_known_before_anything_is_read(rf: RequestFactory) -> None:
    with pytest.raises(KeyRefused):
        ask(rf, "after=x", Authorization="Bearer wrong")


def test_another_method_is_told_which_there_are(rf: RequestFactory) -> None:
    answer = BOTH(rf.put("/things/a"), name="a")
    assert (answer.status_code, answer["Allow"]) == (405, "GET, POST")


def test_what_is_read_is_what_is_described() -> None:
    assert document(ROUTES, About("things", "Things.", "repit.platform"))["paths"] == {}  # views of others
    here = document(ROUTES, About("things", "Things.", __name__))
    paths = here["paths"]
    assert set(paths) == {"/things/{name}", "/numbers/{name}"}
    read, wrote = paths["/things/{name}"]["get"], paths["/things/{name}"]["post"]
    assert {each["name"]: each["in"] for each in read["parameters"]} == {
        "name": "path",
        "after": "query",
        "size": "query",
        "Repit-Sender": "header",
    }
    assert read["description"] == "Read."
    assert read["security"] == [{"key": []}] and wrote["security"] == []
    count = here["components"]["schemas"]["Body"]["properties"]["count"]
    assert count == {"type": "integer", "exclusiveMinimum": 0, "maximum": 9}
    assert {"200", "400", "401", "413", "503"} <= set(read["responses"])
    assert {"204", "400", "404", "408", "413", "503"} == set(wrote["responses"])
    assert wrote["responses"]["204"]["content"] == {}
    whole = next(each for each in paths["/numbers/{name}"]["get"]["parameters"] if each["in"] == "path")
    assert whole["schema"] == {"type": "integer", "minimum": 0}
    assert paths["/numbers/{name}"]["get"]["operationId"] != read["operationId"]
