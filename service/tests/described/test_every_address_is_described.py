"""Every address for machines has a description, every description an address, and each says what is true."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import get_resolver

from repit.foundation.web.api.addresses import Routes, addresses
from repit.foundation.web.problems import MACHINE_PATHS
from repit.hotline import urls as hotline
from repit.platform import urls as platform

WINGS: list[tuple[Routes, str]] = [
    (hotline.OWN, "/api/v1/openapi.json"),
    (platform.OWN, "/v1/openapi.json"),
]
KEYLESS = {
    "POST /api/v1/cases",  # the person's device has no key
    "POST /api/v1/cases/status",
    "POST /api/v1/cases/withdraw",
    "HEAD /v1/storage/s3/events",  # MinIO asks before it has one
    *(f"GET {path}" for path in ("/health", "/ready", "/v1/health", "/v1/ready")),
    *(f"GET {path}" for path in ("/v1/openapi.json", "/api/v1/openapi.json")),
}


def operations(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield f"{method.upper()} {path}", operation


@pytest.mark.parametrize(("routes", "served"), WINGS)
def test_each_address_for_machines_has_a_description_and_the_reverse(
    routes: Routes, served: str, client: Client, settings: Any
) -> None:
    settings.ROOT_URLCONF = f"repit.{'hotline' if routes is hotline.OWN else 'platform'}.urls"
    there = {each.path: each for each in addresses(routes) if each.path.startswith(MACHINE_PATHS)}
    document = client.get(served).json()
    assert set(document["paths"]) == set(there)
    for path, address in there.items():
        assert address.endpoint is not None
        assert set(document["paths"][path]) == {method.lower() for method in address.endpoint.operations}


def test_in_one_process_for_both_each_description_leaves_out_what_the_other_answers(client: Client) -> None:
    shared = {each.path: each.view for each in addresses(get_resolver().url_patterns)}
    assert shared["/health"].__module__.startswith("repit.hotline.")
    gate, house = (client.get(served).json()["paths"] for _, served in reversed(WINGS))
    assert "/health" in house and "/health" not in gate and "/v1/health" in gate
    assert not set(house) & set(gate)


@pytest.mark.parametrize("served", [served for _, served in WINGS])
def test_names_are_unique_and_everything_that_is_named_is_there(served: str, client: Client) -> None:
    document = client.get(served).json()
    found = dict(operations(document))
    names = [operation["operationId"] for operation in found.values()]
    assert len(names) == len(set(names))
    schemes = document["components"]["securitySchemes"]
    for operation in found.values():
        assert all(scheme in schemes for needed in operation["security"] for scheme in needed)
    schemas = document["components"]["schemas"]
    assert {each.rpartition("/")[2] for each in _references(document)} <= set(schemas)


@pytest.mark.parametrize("served", [served for _, served in WINGS])
def test_whatever_needs_a_key_says_so_and_how_a_missing_one_is_answered(
    served: str, client: Client, settings: Any
) -> None:
    settings.REPIT_GATE_KEYS = ("a key",)
    for name, operation in operations(client.get(served).json()):
        if name in KEYLESS:
            assert operation["security"] == []
            assert "401" not in operation["responses"]
        else:
            assert operation["security"]
            assert {} not in operation["security"]
            assert operation["responses"]["401"]["headers"]["WWW-Authenticate"]["required"]


def test_a_gate_without_keys_says_that_none_is_needed(client: Client, settings: Any) -> None:
    settings.REPIT_GATE_KEYS = ()
    metrics = client.get("/v1/openapi.json").json()["paths"]["/v1/metrics"]["get"]
    assert metrics["security"] == [{}, {"platform": []}, {"operator": []}]


def test_what_may_be_asked_again_later_says_when(client: Client) -> None:
    for _, served in WINGS:
        for _, operation in operations(client.get(served).json()):
            for status in {"429", "503"} & set(operation["responses"]):
                assert "Retry-After" in operation["responses"][status]["headers"]


def test_statuses_that_were_once_missing_are_described(client: Client) -> None:
    gate = client.get("/v1/openapi.json").json()["paths"]
    appeals = gate["/v1/reviews/{decision}/appeals"]["post"]["responses"]
    assert {"201", "404", "409"} <= set(appeals) and "200" not in appeals
    assert {"200", "202", "451", "413"} <= set(gate["/v1/refuse"]["post"]["responses"])
    hook = gate["/v1/storage/s3/events"]
    assert set(hook) == {"post", "head"} and hook["post"]["security"] == [{"storage": []}]
    assert gate["/v1/hooks/mastodon"]["post"]["security"] == [{"mastodon": []}]
    house = client.get("/api/v1/openapi.json").json()["paths"]
    assert {"201", "400", "413", "429"} <= set(house["/api/v1/cases"]["post"]["responses"])
    entries = house["/exchange/ncmec/v2/entries"]["get"]["responses"]["200"]["content"]
    assert set(entries) == {"application/xml"}


def _references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"]
        for each in value.values():
            yield from _references(each)
    elif isinstance(value, list):
        for each in value:
            yield from _references(each)
