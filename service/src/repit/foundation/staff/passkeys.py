"""Which passkeys a member signs in with.

In: a member. Out: the names of their credentials, as browsers know them. Next: a desk that lets a passkey
open keys too; the passkey itself never leaves the member's device.
"""

from allauth.mfa.models import Authenticator

from repit.foundation.staff.models import Member


def credential_ids(member: Member) -> list[bytes]:
    """The credential ids of a member's passkeys."""
    found = Authenticator.objects.filter(user=member, type=Authenticator.Type.WEBAUTHN).order_by("pk")
    data = [authenticator.wrap().authenticator_data.credential_data for authenticator in found]
    return [bytes(credential.credential_id) for credential in data if credential is not None]
