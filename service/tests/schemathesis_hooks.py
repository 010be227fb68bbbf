"""Hooks of Schemathesis.

A webhook is signed as the server signs it, once its body is known. Of forms only those are sent that are one
and hold nothing beside their file: what is damaged is not refused but looked at by people, and a field that
is not plain counts as a second file (`test_gate_api_forms`).
"""

import base64
import hashlib
import hmac
from typing import Any

import numpy as np
import requests.auth
import schemathesis
from hypothesis import strategies as st

from repit_engine import moments
from repit_engine.moments import Moments

SECRET = "the webhook’s signing secret"
TO_SIGN = "sign this"
_HEADER = "X-Hub-Signature"


def _moments(seed: int, count: int) -> str:
    """What a device makes of a video: a second between one and the next."""
    chance, times = np.random.default_rng(seed), 1000 * np.arange(count, dtype=np.uint32)
    of = np.arange(count, dtype=np.uint32)
    hashes, quality = chance.integers(0, 256, (2, count, 32), np.uint8), np.full(count, 90, np.uint8)
    blob = Moments(times, times, hashes[0], quality, hashes[1], of, quality, 1000 * count)
    return base64.b64encode(moments.to_bytes(blob)).decode()


# No schema says what such a text is made of.
schemathesis.openapi.format("repit-moments", st.builds(_moments, st.integers(0, 99), st.integers(0, 5)))


class _Signed(requests.auth.AuthBase):
    """Signs where it is asked to; requests without a signature, or with another, stay as they are."""

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        if request.headers.get(_HEADER) == TO_SIGN:
            body = request.body or b""
            raw = body.encode() if isinstance(body, str) else body
            request.headers[_HEADER] = "sha256=" + hmac.new(SECRET.encode(), raw, hashlib.sha256).hexdigest()
        return request


@schemathesis.hook
def before_call(context: schemathesis.HookContext, case: schemathesis.Case, kwargs: dict[str, Any]) -> None:
    if case.path.startswith("/v1/hooks/"):
        kwargs["auth"] = _Signed()


@schemathesis.hook
def filter_case(context: schemathesis.HookContext, case: schemathesis.Case) -> bool:
    form = case.media_type == "multipart/form-data"
    return not form or (isinstance(case.body, dict) and set(case.body) <= {"file"})
