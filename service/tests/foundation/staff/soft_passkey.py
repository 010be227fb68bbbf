"""A passkey in software: makes what a browser sends when someone adds a passkey or signs in with it."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import secrets
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from django.test import Client
from fido2.cose import ES256
from fido2.webauthn import Aaguid, AttestationObject, AttestedCredentialData, AuthenticatorData

HOST = "testserver"
ADD = "/staff/second-factor/webauthn/add/"
ALONE = "/staff/second-factor/webauthn/login/"
BESIDE = "/staff/second-factor/authenticate/"
_FLAGS = AuthenticatorData.FLAG.USER_PRESENT | AuthenticatorData.FLAG.USER_VERIFIED


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


class SoftPasskey:
    def __init__(self) -> None:
        self.key, self.id, self.owner = ec.generate_private_key(ec.SECP256R1()), secrets.token_bytes(16), ""

    def add_to(self, client: Client) -> None:
        """As a member who is signed in, on the page that adds one."""
        options = _options(client.get(ADD))["creation_options"]["publicKey"]
        self.owner = options["user"]["id"]
        public = ES256.from_cryptography_key(self.key.public_key())
        held = AttestedCredentialData.create(Aaguid.NONE, self.id, public)
        data = AuthenticatorData.create(
            _digest(), _FLAGS | AuthenticatorData.FLAG.ATTESTED, counter=0, credential_data=held
        )
        response = {
            "clientDataJSON": _client_data("webauthn.create", options["challenge"]),
            "attestationObject": _text(AttestationObject.create("none", data, {})),
        }
        sent = {
            "name": "key",
            "passwordless": "on",
            "credential": json.dumps(self._credential(response, rk=True)),
        }
        answer = client.post(ADD, sent)
        assert answer.status_code == 302, answer.content.decode()

    def sign_in_alone(self, client: Client) -> Any:
        """With nothing else, from the sign-in page."""
        options = client.get(ALONE, headers={"accept": "application/json"}).json()
        return client.post(ALONE, {"credential": self._shown(options)})

    def sign_in_beside(self, client: Client) -> Any:
        """After the right password."""
        return client.post(BESIDE, {"credential": self._shown(_options(client.get(BESIDE)))})

    def _shown(self, options: dict[str, Any]) -> str:
        data = AuthenticatorData.create(_digest(), _FLAGS, counter=0)
        client_data = _client_data("webauthn.get", options["request_options"]["publicKey"]["challenge"])
        signed = bytes(data) + hashlib.sha256(base64.urlsafe_b64decode(client_data + "==")).digest()
        response = {
            "clientDataJSON": client_data,
            "authenticatorData": _text(data),
            "signature": _text(self.key.sign(signed, ec.ECDSA(SHA256()))),
            "userHandle": self.owner,
        }
        return json.dumps(self._credential(response))

    def _credential(self, response: dict[str, Any], **props: bool) -> dict[str, Any]:
        extensions = {"credProps": props} if props else {}
        name = _text(self.id)
        return {
            "id": name,
            "rawId": name,
            "type": "public-key",
            "response": response,
            "clientExtensionResults": extensions,
        }


def _digest() -> bytes:
    return hashlib.sha256(HOST.encode()).digest()


def _client_data(kind: str, challenge: str) -> str:
    client_data = {"type": kind, "challenge": challenge, "origin": f"https://{HOST}", "crossOrigin": False}
    return _text(json.dumps(client_data).encode())


def _options(page: Any) -> dict[str, Any]:
    found = re.search(r'id="js_data" type="application/json">(.*?)</script>', page.content.decode())
    assert found, page.content.decode()
    options: dict[str, Any] = json.loads(found[1])
    return options
