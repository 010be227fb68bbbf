"""Helplines are reached in writing, too: by chat, text message, mail."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('awareness', '0001_initial'),
    ]

    operations = [
        migrations.AddField(
            model_name='helplinerow',
            name='chat',
            field=models.CharField(blank=True, max_length=200),
        ),
        migrations.AddField(
            model_name='helplinerow',
            name='mail',
            field=models.CharField(blank=True, max_length=120),
        ),
        migrations.AddField(
            model_name='helplinerow',
            name='texts',
            field=models.CharField(blank=True, max_length=30),
        ),
        migrations.AddField(
            model_name='helplinerow',
            name='written_en',
            field=models.CharField(blank=True, max_length=120),
        ),
        migrations.AddField(
            model_name='helplinerow',
            name='written_fr',
            field=models.CharField(blank=True, max_length=120),
        ),
    ]
