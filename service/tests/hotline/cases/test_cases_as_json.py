"""The JSON API for the person's device."""

from __future__ import annotations

import secrets

import pytest
from django.test import Client
from running import case_body

pytestmark = pytest.mark.django_db


def post(client: Client, path: str, body: object):
    return client.post(f"/api/v1/cases{path}", body, content_type="application/json")


def test_open_follow_and_take_back(client: Client):
    opened = post(client, "", case_body(secrets.token_hex(32), secrets.token_hex(32)))
    assert opened.status_code == 201
    receipt = {key: opened.json()[key] for key in ("number", "secret")}
    status = post(client, "/status", receipt)
    assert [i["state"] for i in status.json()["items"]] == ["active", "active"]
    back = post(client, "/withdraw", {**receipt, "items": [1]})
    assert [i["state"] for i in back.json()["items"]] == ["withdrawn", "active"]
    assert opened["Cache-Control"] == "no-store" and not opened.cookies


def test_a_picture_too_plain_to_tell_apart_is_received_and_not_published(client: Client):
    opened = post(client, "", case_body(secrets.token_hex(32), quality=12))
    assert opened.json()["items"][0]["state"] == "received"


@pytest.mark.parametrize(
    "spoil",
    [
        lambda body: body.update(items=[]),
        lambda body: body.update(name="someone"),
        lambda body: body["items"][0].update(media="person"),
        lambda body: body["items"][0].update(kind="other"),
        lambda body: body["items"][0].update(hashes=[]),
        lambda body: body["items"][0]["hashes"][0].update(value="zz" * 32),
        lambda body: body["items"][0]["hashes"][0].update(value="AA" * 32),
        lambda body: body["items"][0]["hashes"][0].update(value="aa" * 16),
        lambda body: body["items"][0]["hashes"][0].update(quality=None),
        lambda body: body["items"][0]["hashes"][0].update(quality=101),
        lambda body: body["items"][0]["hashes"][0].update(quality=True),
        lambda body: body["items"][0]["hashes"][0].update(quality="90"),
        lambda body: body["items"][0]["hashes"][0].update(algorithm="md5", value="aa" * 16),
        lambda body: body["items"][0]["hashes"][0].update(role="anchored"),
        lambda body: body["items"][0]["hashes"][0].update(algorithm="sha1"),
    ],
)
def test_what_is_not_in_the_form_is_refused_in_one_shape_without_repeating_it(client: Client, spoil):
    body = case_body(secrets.token_hex(32))
    spoil(body)
    answer = post(client, "", body)
    assert (answer.status_code, answer.json()["code"]) == (400, "input-refused")
    assert answer["Content-Type"].startswith("application/problem+json")
    assert body["items"] == [] or str(body["items"][0].get("hashes", [{}])[:1]) not in answer.content.decode()


def test_a_whole_number_may_be_written_with_a_point(client: Client):
    body = case_body(secrets.token_hex(32))
    body["items"][0]["hashes"][0]["quality"] = 90.0
    assert post(client, "", body).status_code == 201


def test_only_numbers_name_the_items_that_are_taken_back(client: Client):
    receipt = post(client, "", case_body(secrets.token_hex(32))).json()
    code = {key: receipt[key] for key in ("number", "secret")}
    for items in ([True], ["1"], "1"):
        assert post(client, "/withdraw", {**code, "items": items}).status_code == 400
    assert [i["state"] for i in post(client, "/status", code).json()["items"]] == ["active"]


def test_no_json_at_all_is_refused_in_the_same_shape(client: Client):
    answer = client.post("/api/v1/cases", b"\xff{", content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (400, "input-refused")


def test_an_unknown_receipt_says_so_in_the_visitors_language(client: Client):
    body = {"number": "ZF15P-0J3T7", "secret": "x"}
    answers = {
        language: client.post(
            "/api/v1/cases/status",
            body,
            content_type="application/json",
            headers={"Accept-Language": language},
        )
        for language in ("fr", "en")
    }
    assert {a.status_code for a in answers.values()} == {404}
    assert answers["fr"].json()["title"] != answers["en"].json()["title"]
    assert answers["fr"]["Content-Language"] == "fr"


def test_the_api_describes_itself(client: Client):
    described = client.get("/api/v1/openapi.json").json()
    assert set(described["paths"]) >= {"/api/v1/cases", "/api/v1/cases/status", "/api/v1/cases/withdraw"}
