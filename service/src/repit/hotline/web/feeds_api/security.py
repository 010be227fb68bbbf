"""Whose key a request carries, in the way of each protocol.

In: a request. Out: `Granted`, or `KeyRefused`, `NotGranted`. Next: the views of this room.
"""

import base64
import binascii
import hmac
from collections.abc import Mapping
from typing import Any, Final

from django.http import HttpRequest

from repit.exchanges.stopncii.wire import Endpoint
from repit.foundation.errors import KeyRefused
from repit.foundation.web.api.security import Requirement, any_of
from repit.hotline.feeds import subscribers
from repit.hotline.feeds.keys import Granted

_SUBSCRIPTION: Final = "Ocp-Apim-Subscription-Key"
_FUNCTION: Final = "x-functions-key"


class _Bearer:
    """Our own feed. `desk`: whether the key of a subscriber's review desk opens it as well."""

    schemes: Mapping[str, Mapping[str, Any]] = {
        "subscriber": {
            "type": "http",
            "scheme": "bearer",
            "description": "A subscriber's key, or where people speak, that of its review desk.",
        }
    }

    def __init__(self, *, desk: bool = False) -> None:
        self._desk = desk

    def recognise(self, request: HttpRequest) -> Granted:
        """Raises `KeyRefused`, `NotGranted`."""
        scheme, _, key = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            raise KeyRefused
        return subscribers.recognise(key.strip(), "repit", opinions=self._desk)

    def requirements(self) -> list[Requirement]:
        return any_of("subscriber")


class StopNciiKeys:
    """`Ocp-Apim-Subscription-Key` is the subscriber's key and says who asks. `x-functions-key` is no secret
    here: the name of the endpoint, or the subscriber's key again. A client that sends one key only may use
    either."""

    schemes: Mapping[str, Mapping[str, Any]] = {
        "stopncii": {"type": "apiKey", "in": "header", "name": _SUBSCRIPTION},
        "stopncii-function": {
            "type": "apiKey",
            "in": "header",
            "name": _FUNCTION,
            "description": f"The subscriber's key; beside {_SUBSCRIPTION} the endpoint's name will do.",
        },
    }

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint

    def recognise(self, request: HttpRequest) -> Granted:
        """Raises `KeyRefused`, `NotGranted`."""
        function = request.headers.get(_FUNCTION, "").strip()
        subscription = request.headers.get(_SUBSCRIPTION, "").strip() or function
        fits = [
            hmac.compare_digest(function.encode(), expected.encode())
            for expected in (self._endpoint, subscription, "")
        ]
        if not any(fits):
            raise KeyRefused
        return subscribers.recognise(subscription, "stopncii")

    def requirements(self) -> list[Requirement]:
        return any_of("stopncii", "stopncii-function")


class _NcmecPassword:
    """HTTP Basic: the password is the subscriber's key, the user's name is not looked at."""

    schemes: Mapping[str, Mapping[str, Any]] = {
        "ncmec": {"type": "http", "scheme": "basic", "description": "The password is a subscriber's key."}
    }

    def recognise(self, request: HttpRequest) -> Granted:
        """Raises `KeyRefused`, `NotGranted`."""
        scheme, _, packed = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "basic":
            raise KeyRefused
        try:
            password = base64.b64decode(packed.strip(), validate=True).decode().partition(":")[2]
        except (binascii.Error, ValueError):
            raise KeyRefused from None
        return subscribers.recognise(password, "ncmec")

    def requirements(self) -> list[Requirement]:
        return any_of("ncmec")


SUBSCRIBER: Final = _Bearer()
DESK_TOO: Final = _Bearer(desk=True)
NCMEC: Final = _NcmecPassword()
