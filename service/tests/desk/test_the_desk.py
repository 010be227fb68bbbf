"""The desk's pages, asked as a browser would: who gets in, what each action does, what is refused."""

from __future__ import annotations

import pytest
from desk_people import caseworker, file_of, receipt

from repit.cases import casework, thread

pytestmark = pytest.mark.django_db


def test_a_caseworker_takes_a_case_reads_it_answers_and_the_person_reads_the_answer():
    ana = caseworker("ana", founds=True)
    opened = receipt(seen_at=["https://forum.example/1"])
    mine = file_of(opened)
    thread.write(mine, "Bonjour, que faire ?")
    inbox = ana.client.get("/staff/cases/").content.decode()
    label = casework.label(mine.case_id)
    assert label in inbox
    page = f"/staff/cases/{mine.case_id}/"
    shown = ana.client.get(page).content.decode()
    assert "Bonjour, que faire ?" in shown
    assert "https://forum.example/1" in shown
    assert 'href="https://forum.example/1"' not in shown
    assert ana.client.post(page + "take/").status_code == 302
    assert ana.client.post(page + "answer/", {"text": "Nous sommes là."}).status_code == 302
    assert [m.text for m in thread.read(mine)] == ["Bonjour, que faire ?", "Nous sommes là."]
