"""Programs that try things out, and the studio nobody is behind with which they do so."""

import django.db.models.deletion
from django.db import migrations, models

from registry.append_only import settle


class Migration(migrations.Migration):
    dependencies = [("registry", "0007_webhooks")]
    operations = [
        migrations.AddField(
            "apiclient", "sandbox",
            models.BooleanField(default=False, editable=False, help_text="Chosen when it is registered, and never changed: it works with the sandbox and with nothing else"),
        ),
        migrations.AddField(
            "organisation", "sandbox_of",
            models.OneToOneField(blank=True, editable=False, help_text="Of a studio that nobody is behind: whose programs try things out with it", null=True, on_delete=django.db.models.deletion.PROTECT, related_name="sandbox_studio", to="registry.organisation"),
        ),
        settle("registry_apiclient", "sandbox"),
    ]
