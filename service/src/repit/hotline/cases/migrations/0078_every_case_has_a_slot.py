"""What may be empty no more, and what nobody reads any more."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0077_nothing_to_join_by'),
    ]

    operations = [
        migrations.AlterField('case', 'slot', models.BigIntegerField(unique=True)),
        migrations.AlterField('case', 'sealed', models.BinaryField()),
        migrations.RemoveField('case', 'keeps_protection'),
        migrations.RemoveIndex('case', 'case_clock_is_due'),
        migrations.AddIndex('case', models.Index(fields=['due_on'], name='case_is_due')),
        migrations.AddConstraint('record', models.UniqueConstraint(fields=('case', 'mark', 'number'), name='case_counts_its_records')),
    ]
