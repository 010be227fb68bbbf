"""Other exchanges that are pulled from, what was set aside of theirs, what they are told."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('exchange', '0003_demanded_confirmations'),
    ]

    operations = [
        migrations.CreateModel(
            name='Partner',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=60, unique=True)),
                ('kind', models.CharField(max_length=20)),
                ('address', models.CharField(max_length=500)),
                ('sealed', models.BinaryField()),
                ('item_kind', models.CharField(default='intimate', max_length=10)),
                ('publish', models.BooleanField(default=True)),
                ('gives_feedback', models.BooleanField(default=False)),
                ('active', models.BooleanField(default=True)),
                ('may_shrink', models.BooleanField(default=False)),
                ('every_seconds', models.IntegerField()),
                ('next_at', models.DateTimeField()),
                ('claim', models.CharField(blank=True, default='', max_length=32)),
                ('claimed_until', models.DateTimeField(null=True)),
                ('checkpoint', models.TextField(blank=True, default='')),
                ('run', models.BigIntegerField(default=0)),
                ('records', models.BigIntegerField(default=0)),
                ('skipped', models.BigIntegerField(default=0)),
                ('failures', models.IntegerField(default=0)),
                ('trouble', models.CharField(blank=True, default='', max_length=60)),
                ('tried_at', models.DateTimeField(null=True)),
                ('current_at', models.DateTimeField(null=True)),
                ('heard_opinion', models.BigIntegerField(default=0)),
                ('heard_transition', models.BigIntegerField(default=0)),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('active', True)), fields=['next_at'], name='partner_is_due')],
                'constraints': [models.CheckConstraint(condition=models.Q(('every_seconds__gte', 1)), name='partner_rests_between'), models.CheckConstraint(condition=models.Q(('item_kind__in', ['intimate', 'deepfake'])), name='partner_kind')],
            },
        ),
        migrations.CreateModel(
            name='PartnerAside',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('where', models.CharField(max_length=120)),
                ('reason', models.CharField(max_length=200)),
                ('times', models.IntegerField(default=1)),
                ('first_at', models.DateTimeField()),
                ('last_at', models.DateTimeField()),
                ('partner', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='asides', to='exchange.partner')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('partner', 'where', 'reason'), name='aside_once_a_record')],
            },
        ),
        migrations.CreateModel(
            name='Writeback',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('item', models.CharField(max_length=64)),
                ('view', models.CharField(max_length=12)),
                ('due_at', models.DateTimeField(null=True)),
                ('attempts', models.IntegerField(default=0)),
                ('sent_at', models.DateTimeField(null=True)),
                ('trouble', models.CharField(blank=True, default='', max_length=60)),
                ('partner', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='writebacks', to='exchange.partner')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('due_at__isnull', False)), fields=['due_at'], name='writeback_is_due')],
                'constraints': [models.UniqueConstraint(fields=('partner', 'item'), name='writeback_once_an_item'), models.CheckConstraint(condition=models.Q(('view__in', ['blocked', 'not_blocked', 'pending'])), name='writeback_view_known')],
            },
        ),
    ]
