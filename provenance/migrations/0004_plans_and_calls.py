import django.utils.timezone
from django.db import migrations, models

import provenance.models.signing
from registry.append_only import forbid_changes


class Migration(migrations.Migration):

    dependencies = [
        ("consent", "0003_append_only"),
        ("provenance", "0003_append_only"),
        ("registry", "0002_append_only"),
    ]

    operations = [
        migrations.RemoveConstraint(model_name="signingplan", name="one_plan_per_attempt"),
        migrations.AddField(
            model_name="signingplan",
            name="credential_id",
            field=models.CharField(
                default=provenance.models.signing.credential_id, editable=False, max_length=40, unique=True,
                help_text="The id its credential will have: the manifest names the page where its state can be asked",
            ),
        ),
        migrations.AddField(
            model_name="signingplan",
            name="receipts",
            field=models.JSONField(default=list, help_text="What opens each receipt: its revision and its salt"),
        ),
        migrations.AddConstraint(
            model_name="signingplan",
            constraint=models.UniqueConstraint(fields=("token",), name="one_plan_per_claim"),
        ),
        forbid_changes("provenance_signingplan"),
        migrations.AddField(
            model_name="signingjob",
            name="called_at",
            field=models.DateTimeField(
                default=django.utils.timezone.now, help_text="When a worker was last called; a call may be lost"
            ),
            preserve_default=False,
        ),
        migrations.AlterField(
            model_name="signingjob",
            name="step",
            field=models.CharField(blank=True, help_text="Where the last attempt stopped", max_length=40),
        ),
    ]
