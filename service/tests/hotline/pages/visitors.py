"""A person at a browser without script: the story by plain forms, as the tests of the pages need it."""

from __future__ import annotations

import html
import json
import re
import secrets
from urllib.parse import urlencode

from django.http import HttpResponse
from django.test import Client

from repit.hotline.cases import access_codes
from repit.hotline.cases.casefile import Casefile


def items(*, anchored: int = 0) -> str:
    hashes = [{"algorithm": "pdq", "role": "whole", "value": secrets.token_hex(32), "quality": 90}]
    hashes += [
        {"algorithm": "pdq", "role": "anchored", "value": secrets.token_hex(32), "quality": 90}
        for _ in range(anchored)
    ]
    return json.dumps([{"media": "picture", "kind": "intimate", "hashes": hashes}])


def hidden(answer: HttpResponse, name: str) -> str:
    found = re.search(rf'name="{name}"\s+value="([^"]*)"', answer.content.decode())
    assert found, f"no field {name}"
    return html.unescape(found[1])


PLAIN = "application/x-www-form-urlencoded"


def post(
    client: Client, path: str, fields: dict[str, object], again: Client | None = None, **headers: str
) -> HttpResponse:
    """As a browser sends a form that holds no file. Where it is sent on (307) it is sent once more, by
    `again` if that is not the same browser any more."""
    body = urlencode(fields, doseq=True)
    answer = client.post(path, body, content_type=PLAIN, headers=headers)
    if answer.status_code == 307:
        return (again or client).post(answer["Location"], body, content_type=PLAIN)
    return answer


def arrived(answer: HttpResponse) -> HttpResponse:
    """The page that a browser is led to."""
    while answer.status_code == 302:
        answer = answer.client.get(answer["Location"])
    return answer


class Visitor:
    """Someone at a browser without script."""

    def __init__(self, language: str = "en") -> None:
        self.client = Client(raise_request_exception=False)
        self.root = f"/{language}/"
        self.start = {"en": "start/", "fr": "commencer/"}[language]

    def step(self, answer: HttpResponse, **fields: object) -> HttpResponse:
        return post(self.client, self.root + self.start, {"state": hidden(answer, "state"), **fields})

    def to_the_device(self, happening: str = "shared") -> HttpResponse:
        answer = self.client.get(self.root + self.start)
        for fields in ({"happening": happening}, {"who": "adult"}):
            answer = self.step(answer, **fields)
            assert answer.status_code == 200, answer.content.decode()
        return answer

    def receipt(self) -> tuple[str, str]:
        return code_in(self.step(self.to_the_device(), hashes=items(), level="one"))

    def sign_in(self, number: str, words: str) -> HttpResponse:
        path = self.root + {"/en/": "come-back/", "/fr/": "revenir/"}[self.root]
        return post(self.client, path, {"number": number, "words": words})

    def post(self, path: str, **fields: object) -> HttpResponse:
        shown = self.client.get(f"/en/mine/{path}")
        return post(self.client, f"/en/mine/{path}", {"form": hidden(shown, "form"), **fields})


def stopped(visitor: Visitor, how: str = "now", **chosen: str) -> HttpResponse:
    """Choose, read what will happen, and have it done."""
    form = hidden(visitor.client.get("/en/mine/stop-protecting/"), "form")
    path = "/en/mine/stop-protecting/sure/"
    asks = post(visitor.client, path, {"form": form, **chosen})
    assert asks["Location"] == path
    shown = visitor.client.get(path)
    numbers = re.findall(r'name="item" value="(\d+)"', shown.content.decode())
    return post(visitor.client, path, {"form": hidden(shown, "form"), "item": numbers, "how": how})


def code_in(answer: HttpResponse) -> tuple[str, str]:
    """Number and words of the page that a browser is led to."""
    text = arrived(answer).content.decode()
    number = re.search(r'code-value" translate="no">([^<]+)<', text)
    words = re.findall(r"<li>([a-z]+)</li>", text.split('class="words"')[1].split("</ol>")[0])
    assert number and len(words) == 8
    return number[1], " ".join(words)


def signed_in(where: str = "") -> tuple[Visitor, Casefile]:
    visitor = Visitor()
    code = visitor.receipt()
    assert visitor.sign_in(*code).status_code == 302
    if where:
        assert visitor.post("addresses/", where=where).status_code == 302
    return visitor, access_codes.enter(*code)
