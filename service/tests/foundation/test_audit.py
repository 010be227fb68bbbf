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
    ("statement", "found", "broken"),
    [
        ("UPDATE foundation_auditrow SET reason = 'other' WHERE sequence = 2", 2, "altered"),
        ("UPDATE foundation_auditrow SET at = '2020-01-01 00:00:00' WHERE sequence = 3", 3, "altered"),
        ("DELETE FROM foundation_auditrow WHERE sequence = 1", 1, "missing"),
        ("DELETE FROM foundation_auditrow WHERE sequence = 3", 3, "cut"),
        ("DELETE FROM foundation_audithead", 4, "head"),
    ],
)
def test_whoever_removes_the_triggers_is_found_out_by_the_chain(statement: str, found: int, broken: str):
    without_triggers(statement)
    assert audit.verify() == found
    assert audit.examine().broken == broken and not audit.examine().holds


def test_a_head_that_was_put_back_is_noticed():
    AuditHead.objects.update(sequence=7)
    assert audit.verify() == 4
    AuditHead.objects.update(sequence=2)
    assert audit.examine().broken == "head"


def test_a_head_that_was_noted_elsewhere_shows_what_a_chain_alone_cannot():
    """Whoever has the operator's key may cut rows off and go on; not to the same digest."""
    noted = audit.examine()
    assert audit.was_there(noted.sequence, noted.digest[: audit.SHORT])
    audit.record("operator", "test", "one more")
    assert audit.was_there(noted.sequence, noted.digest[: audit.SHORT]), "it is an earlier row now"
    assert not audit.was_there(noted.sequence, b"")
    without_triggers("DELETE FROM foundation_auditrow WHERE sequence > 2")
    AuditHead.objects.update(sequence=2, digest=AuditRow.objects.get(pk=2).digest)
    audit.record("operator", "test", "another")
    assert audit.examine().holds
    assert not audit.was_there(noted.sequence, noted.digest[: audit.SHORT])


def test_another_operator_s_key_fits_no_row(settings):
    settings.REPIT_OPERATOR_KEY = bytes(32)
    assert (audit.examine().first, audit.examine().broken) == (1, "altered")


def test_an_aborted_transaction_leaves_the_chain_whole():
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        audit.record("operator", "test", "thing")
        raise ZeroDivisionError
    audit.record("operator", "test", "thing")
    assert audit.verify() is None
