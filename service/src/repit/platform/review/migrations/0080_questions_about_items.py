"""Uploads of one item are one review; how items stand here, and what people let go."""

import django.db.models.deletion
from django.db import migrations, models

_OPEN = models.Q(models.Q(("about", ""), _negated=True), models.Q(("state", "decided"), _negated=True))


class Migration(migrations.Migration):
    dependencies = [("gate", "0080_every_item_of_the_picture"), ("review", "0070_forgetting")]
    operations = [
        migrations.AlterField(
            "review",
            "decision",
            models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="gate.decision"
            ),
        ),
        migrations.CreateModel(
            name="Part",
            fields=[
                (
                    "decision",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="gate.decision",
                    ),
                ),
                (
                    "review",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="parts", to="review.review"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="AskedItem",
            fields=[
                ("item", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("exchange", models.CharField(max_length=20)),
                ("day", models.DateField()),
                ("refused", models.PositiveIntegerField(default=0)),
                ("looks", models.PositiveIntegerField(default=0)),
                ("answered_at", models.DateTimeField(null=True)),
                ("outcome", models.CharField(blank=True, default="", max_length=10)),
                ("asked", models.PositiveIntegerField(default=0)),
                ("again", models.BooleanField(default=False)),
            ],
        ),
        migrations.CreateModel(
            name="LetGo",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=32, unique=True)),
                ("at", models.DateTimeField()),
                ("items", models.JSONField(default=list)),
                ("exact", models.JSONField(default=list)),
                ("sealed", models.BinaryField(null=True)),
                (
                    "review",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="let_go",
                        to="review.review",
                    ),
                ),
            ],
        ),
        migrations.AddField(
            "appeal",
            "decision",
            models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="gate.decision"
            ),
        ),
        migrations.AddField("outgoingopinion", "depth", models.PositiveSmallIntegerField(null=True)),
        migrations.AddField("review", "about", models.CharField(blank=True, default="", max_length=64)),
        migrations.AddField("review", "why", models.CharField(blank=True, default="", max_length=10)),
        migrations.AddField("review", "depths", models.JSONField(default=dict)),
        migrations.AddField("review", "compared", models.BooleanField(default=False)),
        migrations.AddField("review", "signature", models.BinaryField(null=True)),
        migrations.AddField("review", "not_before", models.DateTimeField(null=True)),
        migrations.AddField("review", "first_picture", models.BooleanField(default=False)),
        migrations.AddField("review", "picture", models.BooleanField(default=False)),
        migrations.AddIndex(
            "review",
            models.Index(fields=["why", "taken_in_at"], name="review_by_why"),
        ),
        migrations.AddConstraint(
            "review", models.UniqueConstraint(condition=_OPEN, fields=("about",), name="review_once_an_item")
        ),
    ]
