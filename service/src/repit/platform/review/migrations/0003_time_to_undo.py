import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = (
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("review", "0002_objections_to_any_decision"),
    )
    operations = (
        migrations.AddField("worker", "undo_seconds", models.PositiveSmallIntegerField(default=10)),
        migrations.CreateModel(
            "PendingDecision",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("claim", models.CharField(blank=True, default="", max_length=32)),
                ("claimed_until", models.DateTimeField(null=True)),
                ("due_at", models.DateTimeField(null=True)),
                ("attempts", models.PositiveIntegerField(default=0)),
                ("trouble", models.CharField(blank=True, default="", max_length=60)),
                ("at", models.DateTimeField()),
                ("outcome", models.CharField(max_length=10)),
                ("ground", models.CharField(blank=True, max_length=40)),
                ("why", models.TextField(blank=True)),
                ("picture", models.BooleanField(default=False)),
                (
                    "member",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "review",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="pending",
                        to="review.review",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["due_at"], name="review_pending_due", condition=Q(due_at__isnull=False))
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=(~Q(claim="") & Q(claimed_until__isnull=False))
                        | Q(claim="", claimed_until__isnull=True),
                        name="review_pending_claim_ends",
                    ),
                    models.CheckConstraint(
                        condition=Q(outcome__in=("refuse", "allow", "refer")), name="review_pending_outcome"
                    ),
                ],
            },
        ),
    )
