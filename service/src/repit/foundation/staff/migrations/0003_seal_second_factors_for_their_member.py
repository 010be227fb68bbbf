"""Secrets of second factors, sealed for any row so far, are sealed for their member's row."""

import base64

from django.db import migrations

from repit.foundation.sealing import Place, operator

ANY_ROW = Place("mfa_authenticator", "secret", "data")


def _of(member):
    return Place("mfa_authenticator", f"member {member}", "data")


def _move(apps, before, after):
    sealer = operator("second factor")
    for row in apps.get_model("mfa", "Authenticator").objects.exclude(type="webauthn"):
        for name in {"secret", "seed"} & set(row.data):
            opened = sealer.open(base64.b64decode(row.data[name]), before(row.user_id))
            row.data[name] = base64.b64encode(sealer.seal(opened, after(row.user_id))).decode()
        row.save(update_fields=["data"])


def to_their_member(apps, _editor):
    _move(apps, lambda _member: ANY_ROW, _of)


def to_any_row(apps, _editor):
    _move(apps, _of, lambda _member: ANY_ROW)


class Migration(migrations.Migration):
    dependencies = [
        ("staff", "0002_browsers_tries_and_things_used_once"),
        ("mfa", "0003_authenticator_type_uniq"),
    ]
    operations = [migrations.RunPython(to_their_member, to_any_row)]
