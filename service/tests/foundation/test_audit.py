"""The audit cannot be rewritten unnoticed."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, connection, transaction

from repit.foundation import audit
from repit.foundation.models import AuditHead, AuditRow

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def three_rows():
    for number in range(3):
        audit.record("operator", "test", f"thing {number}", "because")


def without_triggers(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER foundation_auditrow_no_update")
        cursor.execute("DROP TRIGGER foundation_auditrow_no_delete")
        cursor.execute(statement)


def test_an_untouched_chain_holds():
    assert audit.verify() is None and AuditRow.objects.count() == 3


def test_the_database_refuses_to_alter_a_row():
    for attempt in (
        lambda: AuditRow.objects.update(reason="x"),
        lambda: AuditRow.objects.all()._raw_delete("default"),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            attempt()


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        ("UPDATE foundation_auditrow SET reason = 'other' WHERE sequence = 2", 2),
        ("UPDATE foundation_auditrow SET at = '2020-01-01 00:00:00' WHERE sequence = 3", 3),
        ("DELETE FROM foundation_auditrow WHERE sequence = 1", 1),
        ("DELETE FROM foundation_auditrow WHERE sequence = 3", 3),
    ],
)
def test_whoever_removes_the_triggers_is_found_out_by_the_chain(statement: str, found: int):
    without_triggers(statement)
    assert audit.verify() == found


def test_a_head_that_was_put_back_is_noticed():
    AuditHead.objects.update(sequence=7)
    assert audit.verify() == 4


def test_an_aborted_transaction_leaves_the_chain_whole():
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        audit.record("operator", "test", "thing")
        raise ZeroDivisionError
    audit.record("operator", "test", "thing")
    assert audit.verify() is None
