"""The gate over HTTP, through Django."""

import hashlib
import json

import numpy as np
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, RequestFactory
from gate_assembly import assembled
from gate_pictures import entry, jpeg, pdq, sample

from repit.foundation.hashes import Hash
from repit.foundation.health import disk
from repit.platform.gate import readiness, runtime
from repit.platform.gate.errors import Overloaded
from repit.platform.gate.inspection.inspector import Inspector
from repit.platform.gate.runtime import Gate
from repit.platform.gate.senders import LONGEST
from repit.platform.integrations.http_api.senders import sender_of

CAT, ROCKET = jpeg(sample()), jpeg(sample("rocket"))
DAMAGED = b"\xff\xd8\xff\xe0" + bytes(5000)
HERE = {"host": "127.0.0.1:8700"}
"""As somebody asks on the machine itself."""


@pytest.fixture
def http(gate: Gate) -> Client:
    gate.index.apply(entry("cat", pdq(CAT)))
    return Client()


def raw(http: Client, path: str, content: bytes, kind: str = "image/jpeg", **more: str):
    return http.post(path, data=content, content_type=kind, **more)


def test_a_raw_body_a_form_and_bare_hashes_get_the_same_verdict(http: Client) -> None:
    bare = json.dumps({"hashes": [{"algorithm": "pdq", "value": pdq(CAT).value.hex()}]})
    for answer in (
        raw(http, "/v1/check", CAT),
        http.post("/v1/check", {"file": SimpleUploadedFile("secret-name.jpg", CAT)}),
        raw(http, "/v1/check", bare.encode(), "application/json"),
    ):
        body = answer.json()
        assert (answer.status_code, body["verdict"], body["rule"]) == (200, "block", "known")
        assert body["evidence"][0]["item"] == "cat"
        assert answer["Cache-Control"] == "no-store"
        assert pdq(CAT).value.hex() not in answer.content.decode()


def test_the_bare_contract_is_spoken_in_statuses(http: Client) -> None:
    assert raw(http, "/v1/refuse", CAT).status_code == 451
    assert raw(http, "/v1/refuse", ROCKET).status_code == 200
    assert raw(http, "/v1/refuse", DAMAGED).status_code == 202


def test_explanations_come_in_the_language_asked_for(http: Client) -> None:
    english = raw(http, "/v1/check", CAT, HTTP_ACCEPT_LANGUAGE="en").json()["explanation"]
    french = raw(http, "/v1/check", CAT, HTTP_ACCEPT_LANGUAGE="fr").json()["explanation"]
    assert "agrees with a banked one" in english
    assert "concorde avec une image connue" in french


@pytest.mark.parametrize(
    ("content", "kind", "status"),
    [
        (b"{", "application/json", 400),
        (b'{"hashes": []}', "application/json", 400),
        (b'{"hashes": [{"algorithm": "pdq", "value": "00"}]}', "application/json", 400),
        (b'{"hashes": [{"algorithm": "phash", "value": "00"}]}', "application/json", 400),
        (b"no form at all", "multipart/form-data; boundary=x", 400),
        (b"no form at all", "multipart/form-data", 400),
        (b" " * 5_000_000, "application/json", 413),
        (b'{"url": "https://example.org/a.jpg"}', "application/json", 403),
        (b'{"url": 5}', "application/json", 400),
        (b'{"url": "https://example.org/a.jpg", "name": "a"}', "application/json", 400),
        (b'{"url": "https://example.org/a.jpg", "hashes": []}', "application/json", 400),
    ],
)
def test_what_is_not_in_the_right_form_is_refused_as_a_problem(
    http: Client, content: bytes, kind: str, status: int
) -> None:
    answer = raw(http, "/v1/check", content, kind)
    assert answer.status_code == status
    assert answer["Content-Type"].startswith("application/problem+json")
    assert answer.json()["next_step"]


def test_too_large_an_upload_is_refused_whether_raw_or_in_a_form(http: Client, settings) -> None:
    settings.REPIT_GATE_MAX_BYTES = settings.REPIT_GATE_MAX_FILE_BYTES = 100_000
    assert raw(http, "/v1/check", bytes(100_001), "image/png").status_code == 413
    form = http.post("/v1/check", {"file": SimpleUploadedFile("x", bytes(120_000))})
    assert form.status_code == 413
    assert http.post("/v1/check", {"file": SimpleUploadedFile("x", bytes(400_000))}).status_code == 413


def test_a_video_too_large_to_be_looked_at_is_refused_by_its_exact_file(
    http: Client, gate: Gate, settings
) -> None:
    settings.REPIT_GATE_MAX_BYTES = 100_000
    video = b"\0\0\0\x18ftypmp42" + np.random.default_rng(5).bytes(400_000)
    assert raw(http, "/v1/check", video, "video/mp4").json()["undecided"] == "too-many-bytes"
    for number, algorithm in enumerate(("md5", "sha256")):
        known = Hash(algorithm, "whole", hashlib.new(algorithm, video).digest())
        gate.index.apply(entry(f"film-{number}", known))
        for answer in (
            raw(http, "/v1/check", video, "video/mp4"),
            http.post("/v1/check", {"file": SimpleUploadedFile("film.mp4", video)}),
        ):
            body = answer.json()
            assert (body["verdict"], body["evidence"][0]["tier"]) == ("block", "exact")
        gate.index.apply(entry(f"film-{number}", known, state="withdrawn"))
    assert gate.admission.room.held == 0


def test_uploads_beyond_the_memory_that_is_allowed_are_asked_to_come_back(
    http: Client, gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gate.admission.room, "size", len(CAT) - 1)
    answer = raw(http, "/v1/check", CAT)
    assert (answer.status_code, answer["Retry-After"]) == (503, "1")
    assert gate.admission.room.held == 0
    assert raw(http, "/v1/refuse", ROCKET).status_code == 503
    monkeypatch.setattr(gate.admission.room, "size", len(CAT))
    assert raw(http, "/v1/refuse", CAT).status_code == 451


def test_a_caller_may_name_the_product_it_stands_in_and_nothing_else(http: Client, gate: Gate) -> None:
    assert raw(http, "/v1/check?channel=wordpress", CAT).json()["verdict"] == "block"
    assert 'channel="wordpress",decided="yes",outcome="block"' in http.get("/metrics").content.decode()
    assert raw(http, "/v1/check?channel=nonsense", CAT).status_code == 400


def test_metrics_count_answers_and_tell_nothing_of_the_upload(http: Client, gate: Gate, settings) -> None:
    raw(http, "/v1/check", CAT)
    raw(http, "/v1/refuse", DAMAGED)
    gate.inspector.metrics.watch(lambda: readiness.present(gate))
    body = http.get("/metrics")
    assert body["Content-Type"].startswith("text/plain")
    text = body.content.decode()
    assert 'repit_gate_checks_total{channel="check",decided="yes",outcome="block"} 1.0' in text
    assert 'repit_gate_checks_total{channel="bare",decided="no",outcome="review"} 1.0' in text
    assert f"repit_gate_decoders_alive {float(gate.pool.wanted)}" in text
    assert "repit_gate_entries 1.0" in text
    assert "cat" not in text.replace("allocat", "").replace("indicat", "")
    settings.REPIT_GATE_KEYS = ("key",)
    assert http.get("/metrics").status_code == 401


def test_a_form_with_two_files_is_refused(http: Client) -> None:
    two = {"a": SimpleUploadedFile("a", CAT), "b": SimpleUploadedFile("b", ROCKET)}
    assert http.post("/v1/check", two).status_code == 400


def test_with_keys_in_the_settings_nobody_asks_without_one(http: Client, settings) -> None:
    settings.REPIT_GATE_KEYS = ("first-key", "second-key")
    refused = raw(http, "/v1/check", CAT)
    assert (refused.status_code, refused["WWW-Authenticate"]) == (401, 'Bearer realm="repit"')
    assert raw(http, "/v1/refuse", CAT, HTTP_AUTHORIZATION="Bearer third").status_code == 401
    assert raw(http, "/v1/refuse", CAT, HTTP_AUTHORIZATION="Bearer second-key").status_code == 451


def test_overload_says_when_to_come_back_and_floods_no_log(
    http: Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def full(*_: object) -> None:
        raise Overloaded

    monkeypatch.setattr(Inspector, "inspect", full)
    answer = raw(http, "/v1/check", CAT)
    assert (answer.status_code, answer["Retry-After"]) == (503, "1")
    assert not [record for record in caplog.records if record.name == "django.request"]


def test_a_platform_says_whose_uploads_take_turns(rf: RequestFactory) -> None:
    def sender(*, address: str = "127.0.0.1", **headers: str) -> str:
        return sender_of(rf.post("/v1/check", REMOTE_ADDR=address, headers=headers))

    first, another = sender(**{"Repit-Sender": "7f3a"}), sender(**{"Repit-Sender": "c0de"})
    assert len({first, another, sender(), sender(address="192.0.2.7")}) == 4
    assert first != sender(**{"Repit-Sender": "7f3a", "Authorization": "Bearer another-platform"})
    assert len(sender(**{"Repit-Sender": "x" * 100_000})) <= LONGEST + 1


def test_reading_and_asking_have_their_own_methods(http: Client) -> None:
    assert http.get("/v1/check").status_code == 405
    assert http.post("/v1/ready").status_code == 405


def test_readiness_tells_what_is_served_and_is_503_when_nothing_is(
    http: Client, gate: Gate, decoders
) -> None:
    body = http.get("/v1/ready", headers=HERE)
    assert body.status_code == 200
    assert (body.json()["entries"], body.json()["decoders"]["alive"], body.json()["storage"]) == (
        1,
        decoders.wanted,
        "memory",
    )
    runtime.install(assembled(decoders))
    assert http.get("/v1/ready", headers=HERE).status_code == 503
    assert http.get("/v1/health").json() == {"alive": True}


def test_what_is_wrong_is_told_in_words_to_the_operator_and_to_platforms_alone(
    http: Client, gate: Gate, decoders, settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    runtime.install(assembled(decoders))
    settings.REPIT_GATE_KEYS, settings.REPIT_METRICS_KEY = ("platform",), "operator"
    for authorization, reads in (
        ("", False),
        ("Bearer x", False),
        ("Bearer platform", True),
        ("Bearer operator", True),
    ):
        answer = http.get(
            "/v1/ready", headers={"authorization": authorization, "accept-language": "fr", **HERE}
        )
        # What a stranger is told may be some seconds old.
        assert not reads or answer.status_code == 503
        assert ("problems" in answer.json()) is reads
        assert (http.get("/v1/metrics", headers={"authorization": authorization}).status_code == 200) is reads
    found = {problem["code"]: problem for problem in answer.json()["problems"]}
    assert set(found) == {"entries-not-loaded"} == set(answer.json()["missing"])
    assert "tout est indécis" in found["entries-not-loaded"]["message"]
    settings.REPIT_METRICS_KEY = ""
    assert "problems" in http.get("/v1/ready", headers=HERE).json()
    assert "problems" not in http.get("/v1/ready", headers={**HERE, "x-forwarded-for": "127.0.0.1"}).json()
    assert "problems" not in http.get("/v1/ready", headers=HERE, REMOTE_ADDR="192.0.2.7").json()


def test_a_gate_that_cannot_write_goes_on_serving_and_says_so(
    http: Client, monkeypatch: pytest.MonkeyPatch, tmp_path
) -> None:
    full = [disk.Room(tmp_path, 1024, 1024**3, 1)]
    monkeypatch.setattr(disk, "rooms", lambda _folders: full)
    answer = http.get("/v1/ready", headers=HERE)
    assert answer.status_code == 200 and answer.json()["problems"] == []
    assert "disk-full" in {warning["code"] for warning in answer.json()["warnings"]}


def test_the_openapi_document_describes_what_is_really_answered(http: Client) -> None:
    names = http.get("/v1/openapi.json").json()["components"]["schemas"]
    body = raw(http, "/v1/check", CAT).json()
    assert set(body) == set(names["VerdictAnswer"]["properties"])
    assert set(body["evidence"][0]) == set(names["EvidenceAnswer"]["properties"])
    assert set(http.get("/v1/ready", headers=HERE).json()) == set(names["ReportAnswer"]["properties"])
    assert set(http.get("/v1/ready").json()) == set(names["ReadyAnswer"]["properties"]) == {"ready"}
    waiting = raw(http, "/v1/check", DAMAGED).json()["decision"]
    assert set(http.get(f"/v1/reviews/{waiting}").json()) == set(names["ReviewAnswer"]["properties"])


@pytest.mark.parametrize(
    ("language", "words"), [("en", "Ask about an upload"), ("fr", "Interroger sur un envoi")]
)
def test_the_page_of_channels_is_in_both_languages_without_inline_script(
    http: Client, language: str, words: str
) -> None:
    page = http.get("/docs", HTTP_ACCEPT_LANGUAGE=language).content.decode()
    assert words in page
    assert f'<html lang="{language}">' in page
    assert "<script" not in page
    assert "style=" not in page


def test_the_page_shows_each_call_once_under_its_first_address(http: Client, settings) -> None:
    settings.ROOT_URLCONF = "repit.platform.urls"
    page = http.get("/docs", HTTP_ACCEPT_LANGUAGE="en").content.decode()
    described = http.get("/v1/openapi.json").json()["paths"]
    methods = sum(len(operations) for operations in described.values())
    assert page.count("<h2>") == methods - 3
    assert "GET /health" in page and "GET /v1/health" not in page
    assert "curl http://testserver/ready" in page
    assert "POST /v1/storage/s3/events" in page and "POST /v1/hooks/mastodon" in page
