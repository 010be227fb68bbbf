"""When matches were met is said by a date with its zone, never by a number that could be seconds."""

from __future__ import annotations

import secrets

import pytest
from django.test import Client

from repit.foundation.hashes import Hash
from repit.hotline.bank import items
from repit.hotline.bank.models import MatchReport
from repit.hotline.bank.types import Submission
from repit.hotline.feeds import subscribers

pytestmark = pytest.mark.django_db
LATER = "2026-01-02T00:05:00Z"


@pytest.mark.parametrize(
    ("begins", "status"),
    [
        ("2026-01-02T00:00:00Z", 200),
        ("2026-01-02T01:00:00+01:00", 200),
        ("2026-01-02T00:00:00", 400),
        ("1767312000", 400),
        ("0", 400),
        ("", 400),
        (1767312000, 400),
        (0, 400),
        (True, 400),
        (None, 400),
    ],
)
def test_a_window_begins_at_a_date_with_its_zone(begins: object, status: int, client: Client) -> None:
    hash_ = Hash("pdq", "whole", secrets.token_bytes(32), 90)
    name = items.submit(Submission("picture", "intimate", (hash_,)), actor="test", publish=True).item
    key = subscribers.add("forum")
    body = {"window": {"from": begins, "to": LATER}, "matches": [{"item": name, "count": 1}]}
    answer = client.post(
        "/exchange/repit/v1/matches", body, "application/json", headers={"Authorization": f"Bearer {key}"}
    )
    assert answer.status_code == status
    assert MatchReport.objects.exists() == (status == 200)
