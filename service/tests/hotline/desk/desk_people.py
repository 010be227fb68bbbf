"""Caseworkers and supervisors for tests of the desk: signed in with two factors, keys unlocked."""

from __future__ import annotations

import secrets
from typing import Any

from staff_people import Someone

from repit.foundation.hashes import Hash
from repit.hotline.bank.types import Submission
from repit.hotline.cases import access_codes, service
from repit.hotline.cases.casefile import Casefile
from repit.hotline.cases.locations import Wishes
from repit.hotline.cases.service import Receipt

PASSPHRASE = "cinq mots sans aucun lien"


def person(*roles: str, name: str = "") -> Someone:
    return Someone(*roles, name=name).enrol().with_app()


def caseworker(name: str = "", *, founds: bool = False) -> Someone:
    """With keys made on the page, and open."""
    who = person("caseworker", name=name)
    begun = who.client.post("/staff/cases/begin/", {"new": PASSPHRASE, "again": PASSPHRASE})
    assert begun.status_code == 302, begun.content.decode()
    if founds:
        assert who.client.post("/staff/cases/desk/change/", {"what": "found"}).status_code == 302
    return who


def receipt(**options: Any) -> Receipt:
    picture = Submission("picture", "intimate", (Hash("pdq", "whole", secrets.token_bytes(32), 90),))
    return service.open_case([picture], wishes=Wishes(("remove", "talk")), **options)


def file_of(opened: Receipt) -> Casefile:
    return access_codes.enter(opened.number, opened.secret)
