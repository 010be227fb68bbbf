"""Room for what the next migration writes."""

import repit.foundation.ids
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0075_desk'),
    ]

    operations = [
        migrations.AddField('case', 'slot', models.BigIntegerField(null=True, unique=True)),
        migrations.AddField('case', 'sealed', models.BinaryField(default=bytes)),
        migrations.RemoveConstraint('record', 'case_counts_its_records'),
        migrations.RenameField('record', 'kind', 'mark'),
        migrations.AlterField('record', 'mark', models.CharField(max_length=16)),
        migrations.AlterField('record', 'version', models.BigIntegerField(default=repit.foundation.ids.random_key)),
    ]
