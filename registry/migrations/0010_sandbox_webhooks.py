"""Webhooks that programs of the sandbox made are told of their tests, and of nothing else."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("registry", "0009_idempotency")]
    operations = [
        migrations.AddField(
            "webhookendpoint", "sandbox",
            models.BooleanField(default=False, editable=False, help_text="Made by a program of the sandbox: told of its tests, and of nothing else"),
        ),
    ]
