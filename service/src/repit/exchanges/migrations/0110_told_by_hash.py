"""How far subscribers are that are told by hash what to forget."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("exchange", "0020_keys_scopes_accesses")]
    operations = [
        migrations.AddField("subscriber", "by_hash_on", models.DateField(null=True)),
        migrations.AddField("subscriber", "by_hash_sent", models.BigIntegerField(default=0)),
        migrations.AddField("subscriber", "by_hash_next", models.BigIntegerField(null=True)),
        migrations.AddField("subscriber", "by_hash_heard", models.BigIntegerField(default=0)),
    ]
