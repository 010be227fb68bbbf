"""A hotline's description, put to the hotline by schemathesis: one with a case, an item and a subscriber."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import schemathesis_runs
from running import Hotline, environment, random_pdq
from schemathesis_runs import Described

NCMEC = "/exchange/ncmec/v2/entries/{member}/{entry}/{fingerprint}/feedback"
BEYOND = {
    "case-status": 400,  # a number with a typing error in it
    "withdraw": 400,  # and an item that the case has not
    "acknowledgements": 400,  # a change that the feed has not come to
    "matches": 400,  # a window that ends before it begins, or in days to come
    "ncmec-feedback": 400,  # what XML it is
    "stopncii-fetch-hashes": 400,  # a token that was not given out there
}


@pytest.mark.timeout(schemathesis_runs.TIMEOUT)
def test_a_hotline_answers_as_its_description_says(tmp_path: Path, start_hotline: Any) -> None:
    unlimited = {"REPIT_SUBMISSIONS_PER_HOUR": "0", "REPIT_REPORTS_PER_HOUR": "0"}
    unlimited["REPIT_METRICS_KEY"] = "the-operator-s-key"
    hotline: Hotline = start_hotline({**environment(tmp_path / "hotline"), **unlimited})
    receipt = hotline.open_case(random_pdq())
    code = {name: receipt[name] for name in ("number", "secret")}
    key = hotline.add_subscriber("schemathesis")
    page = hotline.call("GET", "/exchange/repit/v1/changes?after=0", key=key)[1]
    item = page["changes"][0]["entry"]["item"]

    described = Described(hotline.base_url, hotline.call("GET", "/api/v1/openapi.json")[1])
    described.body_for_example("post", "/api/v1/cases/status", code)
    described.body_for_example("post", "/api/v1/cases/withdraw", {**code, "items": []})
    described.for_example("get", "/exchange/repit/v1/opinions", "item", item)
    opinion = {"item": item, "opinion": "blocked", "tags": ["a tag"], "depth": 50}
    described.body_for_example("post", "/exchange/repit/v1/opinions", opinion)
    window = {"from": "2026-01-01T00:00:00Z", "to": "2026-01-01T00:05:00+01:00"}
    matches = {"window": window, "matches": [{"item": item, "count": 3}]}
    described.body_for_example("post", "/exchange/repit/v1/matches", matches)
    described.only("get", "/exchange/ncmec/v2/feedback/{fingerprint}/reasons", "fingerprint", "PDQ", "MD5")
    for name, value in (("member", 1), ("entry", item), ("fingerprint", "PDQ")):
        described.for_example("put", NCMEC, name, value)
    agreed = "<feedbackSubmission><affirmative/></feedbackSubmission>"
    described.body_for_example("put", NCMEC, agreed, "application/xml")
    keys = {
        "subscriber": {"bearer": key},
        "operator": {"bearer": "the-operator-s-key"},
        "stopncii": {"api_key": key},
        "stopncii-function": {"api_key": key},
        "ncmec": {"username": "anyone", "password": key},
    }
    met = schemathesis_runs.run(described, tmp_path, keys, beyond=BEYOND)
    wanted = described.successes()
    assert {name: statuses & set(met[name]) for name, statuses in wanted.items()} == wanted
