"""Records that come in together leave the same rows, in the same order, as records taken one by one."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from partner_stories import STORIES, Deed, Group, Submitted, one_by_one, tell

from repit.foundation import audit
from repit.hotline.bank import lookups, partner_records

pytestmark = [pytest.mark.django_db, pytest.mark.timeout(600)]


@settings(max_examples=30, deadline=None, derandomize=True)
@given(story=STORIES)
def test_records_taken_together_leave_what_they_leave_one_by_one(
    story: Sequence[Group | Submitted | Deed],
) -> None:
    lookups.newest()  # both find items again under the same key
    together = tell(story, partner_records.take, partner_records.sweep)
    assert together == tell(story, one_by_one, partner_records.sweep)
    assert audit.verify() is None
