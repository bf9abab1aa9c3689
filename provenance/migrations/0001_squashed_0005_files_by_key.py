"""Everything of `provenance` at once, for a database that begins now; one that began earlier has it by the migrations named."""

import django.db.models.deletion
import provenance.models.assets
import provenance.models.signing
from django.conf import settings
from django.db import migrations, models

from registry.append_only import forbid_changes


class Migration(migrations.Migration):

    initial = True

    replaces = [
        ('provenance', '0001_initial'),
        ('provenance', '0002_initial'),
        ('provenance', '0003_append_only'),
        ('provenance', '0004_plans_and_calls'),
        ('provenance', '0005_files_by_key'),
    ]

    dependencies = [
        ('consent', '0001_squashed_0013_riders'),
        ('registry', '0001_squashed_0004_first_passwords'),
        migrations.swappable_dependency(settings.OAUTH2_PROVIDER_APPLICATION_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Asset',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.CharField(default=provenance.models.assets.asset_id, editable=False, max_length=40, unique=True)),
                ('production', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='assets', to='registry.production')),
                ('vendor', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='assets', to='registry.organisation')),
                ('client', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.OAUTH2_PROVIDER_APPLICATION_MODEL)),
                ('title', models.CharField(max_length=300)),
                ('sha256', models.CharField(db_index=True, help_text='Of the bytes received', max_length=64)),
                ('size', models.PositiveBigIntegerField()),
                ('media_type', models.CharField(max_length=100)),
                ('media', models.JSONField(help_text='What the examination found: kind, size in pixels, frames, seconds, elements')),
                ('storage_key', models.CharField(blank=True, max_length=200)),
                ('declaration', models.JSONField()),
                ('declaration_hash', models.CharField(max_length=64)),
                ('decision', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='assets', to='consent.decision')),
                ('received_at', models.DateTimeField(db_index=True)),
            ],
            options={
                'ordering': ['-id'],
                'indexes': [models.Index(fields=['storage_key'], name='provenance__storage_04d461_idx')],
            },
        ),
        migrations.CreateModel(
            name='Ingredient',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('asset', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='ingredients', to='provenance.asset')),
                ('label', models.CharField(max_length=100)),
                ('relation', models.CharField(max_length=20)),
                ('title', models.CharField(max_length=300)),
                ('known', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='used_in', to='provenance.asset')),
                ('sha256', models.CharField(max_length=64)),
                ('media_type', models.CharField(max_length=100)),
                ('storage_key', models.CharField(max_length=200)),
            ],
            options={
                'ordering': ['id'],
                'indexes': [models.Index(fields=['storage_key'], name='provenance__storage_8eca8f_idx')],
                'constraints': [models.UniqueConstraint(fields=('asset', 'label'), name='one_ingredient_per_label')],
            },
        ),
        migrations.CreateModel(
            name='Operation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('asset', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='operations', to='provenance.asset')),
                ('label', models.CharField(max_length=100)),
                ('element', models.CharField(max_length=20)),
                ('technique', models.CharField(db_index=True, max_length=40)),
                ('statement', models.JSONField()),
            ],
            options={
                'ordering': ['id'],
                'constraints': [models.UniqueConstraint(fields=('asset', 'label'), name='one_operation_per_label')],
            },
        ),
        migrations.CreateModel(
            name='Depiction',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('asset', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='depictions', to='provenance.asset')),
                ('label', models.CharField(max_length=100)),
                ('person', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='depictions', to='registry.person')),
                ('role', models.CharField(max_length=40)),
                ('modality', models.CharField(max_length=40)),
            ],
            options={
                'ordering': ['id'],
                'constraints': [models.UniqueConstraint(fields=('asset', 'label'), name='one_depiction_per_label')],
            },
        ),
        migrations.CreateModel(
            name='KnownContent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('sha256', models.CharField(db_index=True, max_length=64)),
                ('asset', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='contents', to='provenance.asset')),
                ('kind', models.CharField(choices=[('uploaded', 'Uploaded'), ('signed', 'Signed'), ('ingredient', 'Ingredient')], max_length=20)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('sha256', 'asset', 'kind'), name='one_mention_per_asset')],
            },
        ),
        migrations.CreateModel(
            name='SigningJob',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('asset', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='job', to='provenance.asset')),
                ('intake_key', models.CharField(help_text='Vendor, file and declaration: the same again is the same asset', max_length=64)),
                ('state', models.CharField(choices=[('received', 'Received'), ('held', 'Waits for the desk'), ('refused', 'Refused'), ('signing', 'Being signed'), ('signed', 'Signed'), ('dead', 'Failed five times')], default='received', max_length=10)),
                ('attempt', models.PositiveIntegerField(default=0)),
                ('token', models.CharField(blank=True, help_text='Who holds the lease; release checks it', max_length=40)),
                ('leased_until', models.DateTimeField(blank=True, null=True)),
                ('not_before', models.DateTimeField()),
                ('called_at', models.DateTimeField(help_text='When a worker was last called; a call may be lost')),
                ('step', models.CharField(blank=True, help_text='Where the last attempt stopped', max_length=40)),
                ('problem', models.JSONField(blank=True, help_text='The last problem, as told to the vendor', null=True)),
                ('changed_at', models.DateTimeField()),
            ],
            options={
                'indexes': [models.Index(fields=['state', 'not_before'], name='provenance__state_3934d2_idx')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('state', 'refused'), _negated=True), fields=('intake_key',), name='same_file_and_declaration_same_asset')],
            },
        ),
        migrations.CreateModel(
            name='SigningPlan',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('asset', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='plans', to='provenance.asset')),
                ('attempt', models.PositiveIntegerField()),
                ('token', models.CharField(max_length=40)),
                ('decision', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='consent.decision')),
                ('manifest', models.JSONField()),
                ('manifest_hash', models.CharField(max_length=64)),
                ('certificate_fingerprint', models.CharField(max_length=64)),
                ('credential_id', models.CharField(default=provenance.models.signing.credential_id, editable=False, help_text='The id its credential will have: the manifest names the page where its state can be asked', max_length=40, unique=True)),
                ('receipts', models.JSONField(default=list, help_text='What opens each receipt: its revision and its salt')),
                ('recorded_at', models.DateTimeField()),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('token',), name='one_plan_per_claim')],
            },
        ),
        migrations.CreateModel(
            name='Credential',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.CharField(default=provenance.models.signing.credential_id, editable=False, max_length=40, unique=True)),
                ('asset', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='credential', to='provenance.asset')),
                ('plan', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='credential', to='provenance.signingplan')),
                ('decision', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='credentials', to='consent.decision')),
                ('producer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='credentials', to='registry.organisation')),
                ('title', models.CharField(max_length=300)),
                ('media_type', models.CharField(max_length=100)),
                ('sha256', models.CharField(db_index=True, help_text='Of the signed bytes, or of the untouched ones', max_length=64)),
                ('size', models.PositiveBigIntegerField()),
                ('storage_key', models.CharField(max_length=200)),
                ('sidecar_sha256', models.CharField(blank=True, max_length=64)),
                ('sidecar_key', models.CharField(blank=True, max_length=200)),
                ('manifest_label', models.CharField(max_length=200, unique=True)),
                ('certificate_fingerprint', models.CharField(max_length=64)),
                ('development_key', models.BooleanField(default=False)),
                ('time_stamped', models.BooleanField(default=False)),
                ('extent', models.JSONField()),
                ('consent', models.JSONField()),
                ('grant_heads', models.JSONField(help_text="The head of each grant's chain at release")),
                ('signed_at', models.DateTimeField(db_index=True)),
            ],
            options={
                'ordering': ['-id'],
                'indexes': [models.Index(fields=['storage_key'], name='provenance__storage_d4914e_idx'), models.Index(fields=['sidecar_key'], name='provenance__sidecar_78145d_idx')],
            },
        ),
        forbid_changes(
            'provenance_asset',
            'provenance_credential',
            'provenance_depiction',
            'provenance_ingredient',
            'provenance_knowncontent',
            'provenance_operation',
            'provenance_signingplan',
        ),
    ]
