"""Whatever sealed field of a case is touched in the database, somebody who opens the case notices."""

from __future__ import annotations

import random
from typing import Any

import pytest
from django.db import transaction
from django.db.models import BinaryField, Model
from making import PASSPHRASE, file_of, picture, staff

from repit.foundation.errors import RepitError
from repit.hotline.cases import (
    access_codes,
    access_log,
    casework,
    caseworkers,
    desk,
    helpers,
    keys,
    locations,
    recovery,
    service,
    sessions,
    thread,
)
from repit.hotline.cases.casefile import Casefile
from repit.hotline.cases.locations import Wishes
from repit.hotline.cases.misses import Misses
from repit.hotline.cases.models import (
    AccessCode,
    AccessLogEntry,
    Case,
    Caseworker,
    Desk,
    DeskMember,
    Grant,
    Record,
    RecoveryRequest,
    Room,
    Session,
)

pytestmark = pytest.mark.django_db
# Of a table with many rows some are taken, others at each run.
MOST = 10
MODELS = (
    Case,
    AccessCode,
    Grant,
    AccessLogEntry,
    Record,
    Room,
    RecoveryRequest,
    Session,
    Caseworker,
    Desk,
    DeskMember,
)


class Everything:
    """One case with all there can be in one, and everyone who may open it."""

    def __init__(self) -> None:
        self.receipt = service.open_case([picture()], wishes=Wishes(("talk",)), seen_at=["there"])
        mine = file_of(self.receipt)
        thread.write(mine, "words")
        self.helper = helpers.add(mine, "sister", helpers.RIGHTS)
        self.slip = recovery.prepare(mine)
        casework.assign(desk.unlock(caseworkers.unlock("ana", PASSPHRASE)), mine.case_id, "bea")
        self.asked = recovery.ask(self.slip.number, self.slip.secret)
        self.token = sessions.begin_with(mine)

    def open_all(self, offline: bytes) -> None:
        """Open everything there is, as everyone who may; raises where something does not fit."""
        mine = file_of(self.receipt)
        if access_log.verify(mine.case_id) is not None:
            raise AssertionError("the chain is broken")
        bea = caseworkers.unlock("bea", PASSPHRASE)
        for holder in (bea, desk.unlock(caseworkers.unlock("ana", PASSPHRASE))):
            casework.overview(Casefile(mine.case_id, holder))
            thread.read(Casefile(mine.case_id, holder))
        view = service.view(mine)
        assert view.status and view.locations and view.wishes and view.recovery_prepared
        assert [m.by for m in thread.read(mine)] == ["person", "repit", "repit"]
        assert len(helpers.listed(mine)) == 1 and locations.read(mine).count == 1
        assert len(service.access_log(mine)) > 5
        assert service.view(file_of(self.helper)).status
        locations.add(file_of(self.helper), ["from a helper"])
        thread.write(mine, "still writable")
        sessions.going_on(self.token)
        recovery.release(self.asked.reference, offline)
        for code in (self.helper, self.slip):
            recovery.ask(code.number, code.secret)
        assert casework.holders(mine.case_id) == ["bea"]
        recovery.change_words(mine)


def sealed_fields() -> list[tuple[type[Model], str]]:
    return [
        (model, field.attname)
        for model in MODELS
        for field in model._meta.get_fields()
        if isinstance(field, BinaryField)
    ]


@pytest.mark.parametrize(("model", "column"), sealed_fields(), ids=lambda v: getattr(v, "__name__", v))
def test_a_changed_bit_is_noticed(model: type[Model], column: str, settings, monkeypatch) -> None:
    monkeypatch.setattr(keys, "PASSPHRASE", keys.Cost(1024, 1))
    monkeypatch.setattr(keys, "RECEIPT", keys.Cost(1024, 1))
    monkeypatch.setattr(keys.stretch, "__defaults__", (keys.Cost(1024, 1),))
    offline = keys.new_pair()
    settings.REPIT_OFFLINE_KEY = offline.public
    staff("ana", "bea")
    everything = Everything()
    rows: list[Any] = [row for row in model.objects.all() if bytes(getattr(row, column))]
    if not rows:
        # `released` is filled when the hotline gives its part, `put_by` while nobody holds the desk
        # (`test_desk_that_waits`): else nothing lies there.
        assert (model, column) in ((RecoveryRequest, "released"), (Desk, "put_by"))
        return
    for number, row in enumerate(random.sample(rows, min(len(rows), MOST))):
        whole = bytes(getattr(row, column))
        place = (0, len(whole) // 2, len(whole) - 1)[number % 3]
        spoilt = whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :]
        with pytest.raises((RepitError, AssertionError)), UndoneAfterwards():
            model.objects.filter(pk=row.pk).update(**{column: spoilt})
            everything.open_all(offline.private)
    everything.open_all(offline.private)
    assert access_codes.AccessCode.objects.exists()


class UndoneAfterwards:
    """A savepoint that is always rolled back."""

    def __enter__(self) -> None:
        self.atomic = transaction.atomic()
        self.atomic.__enter__()

    def __exit__(self, *raised: Any) -> None:
        transaction.set_rollback(True)
        self.atomic.__exit__(None, None, None)
        access_codes._misses = Misses()  # the right words were wrong a moment ago
