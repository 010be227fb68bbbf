from django.db import migrations, models
from django.db.models import OuterRef, Subquery


def take_items(apps, _editor):
    """Of the decisions that are still there."""
    finding, decision = apps.get_model("storage_s3", "Finding"), apps.get_model("gate", "Decision")
    its = decision.objects.filter(name=OuterRef("decision"))
    decided = finding.objects.filter(decision__in=decision.objects.values("name"))
    decided.update(item=Subquery(its.values("item")[:1]))


class Migration(migrations.Migration):

    dependencies = [
        ('storage_s3', '0062_forgetting'),
        ('gate', '0070_forgetting'),
    ]

    operations = [
        migrations.AddField(
            model_name='finding',
            name='item',
            field=models.CharField(blank=True, default='', max_length=64),
        ),
        migrations.RunPython(take_items, migrations.RunPython.noop),
    ]
