"""Which passkeys a member signs in with.

In: a member. Out: the names of their credentials, as browsers know them. Next: a desk that lets a passkey
open keys too; the passkey itself never leaves the member's device.
"""

from allauth.mfa.models import Authenticator

from repit.foundation.staff.models import Member


def credential_ids(member: Member) -> list[bytes]:
    """The credential ids of a member's passkeys."""
    found = Authenticator.objects.filter(user=member, type=Authenticator.Type.WEBAUTHN).order_by("pk")
    data = [one.wrap().authenticator_data.credential_data for one in found]
    return [bytes(one.credential_id) for one in data if one is not None]
