"""Refuse changes to what may only be added."""

from django.db import migrations

from registry.append_only import forbid_changes

TABLES = [
    "consent_grant",
    "consent_grantrevision",
    "consent_scopeline",
    "consent_scopeline_productions",
    "consent_evidence",
    "consent_signature",
    "consent_verification",
    "consent_ending",
    "consent_statement",
    "consent_statement_by",
    "consent_decision",
    "consent_decision_revisions",
]


class Migration(migrations.Migration):
    dependencies = [("consent", "0002_initial")]
    operations = [forbid_changes(*TABLES)]
