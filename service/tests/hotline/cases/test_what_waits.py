"""What waits for whom is known from states and counts, and each message is something new."""

from __future__ import annotations

import pytest
from making import file_of, picture, staff

from repit.hotline.cases import casework, desk, keys, service, thread, waiting
from repit.hotline.cases.casefile import Casefile

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _cheap_passphrases(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keys, "PASSPHRASE", keys.RECEIPT)


def test_new_cases_wait_for_those_who_take_cases_in_and_messages_for_whoever_has_the_case() -> None:
    ana, _bea = staff("ana", "bea")
    assert waiting.for_everyone() == {"ana": set(), "bea": set()}
    mine = file_of(service.open_case([picture()]))
    came = waiting.for_everyone()
    assert len(came["ana"]) == 1 and came["bea"] == set()
    casework.assign(desk.unlock(ana), mine.case_id, "ana")
    assert waiting.for_everyone() == {"ana": came["ana"], "bea": set()}, "taking it up is no news"
    thread.write(mine, "Bonjour")
    wrote = waiting.for_everyone()["ana"]
    assert len(wrote) == 1 and wrote != came["ana"]
    thread.write(Casefile(mine.case_id, ana), "Bonjour, nous sommes là.")
    assert waiting.for_everyone()["ana"] == set(), "the next step is the person's"
    thread.write(mine, "Merci")
    again = waiting.for_everyone()["ana"]
    assert len(again) == 1 and not again & (wrote | came["ana"])
