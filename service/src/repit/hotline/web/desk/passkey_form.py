"""The form by which a passkey opens a caseworker's keys.

In: a member; what the browser's script filled in. Out: what the script needs, the derived secret. Next:
`keys_page`, static/desk/passkey.js. Without script the form does not show, and the passphrase does it all.
"""

import base64
import binascii
from typing import Any

from django.http import HttpRequest

from repit.foundation.staff.models import Member
from repit.foundation.staff.passkeys import credential_ids
from repit.hotline.cases import passkeys


def words(member: Member) -> dict[str, Any]:
    """For the template: the account's salt, its passkeys, and how many of them open keys already."""
    return {
        "passkey_salt": base64.b64encode(passkeys.salt_of(member.name)).decode(),
        "passkey_ids": " ".join(
            base64.b64encode(credential_id).decode() for credential_id in credential_ids(member)
        ),
        "passkeys": passkeys.count(member.name),
    }


def secret(request: HttpRequest) -> bytes:
    """What the passkey derived; empty where that cannot be read."""
    try:
        return base64.b64decode(request.POST.get("secret", "").encode(), validate=True)
    except (binascii.Error, UnicodeEncodeError):
        return b""
