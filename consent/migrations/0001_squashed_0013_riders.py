"""Everything of `consent` at once, for a database that begins now; one that began earlier has it by the migrations named."""

import consent.models.decisions
import consent.models.grants
import consent.models.imports
import consent.models.packs
import consent.models.performer
import consent.models.receipts
import consent.models.riders
import consent.models.statements
import django.db.models.deletion
import django.db.models.expressions
import registry.private
from django.conf import settings
from django.db import migrations, models

from registry.append_only import forbid_changes


class Migration(migrations.Migration):

    initial = True

    replaces = [
        ('consent', '0001_initial'),
        ('consent', '0002_initial'),
        ('consent', '0003_append_only'),
        ('consent', '0004_original_answer'),
        ('consent', '0005_facts'),
        ('consent', '0006_pack_adoptions'),
        ('consent', '0007_records'),
        ('consent', '0008_performers_door'),
        ('consent', '0009_papers_by_key'),
        ('consent', '0010_receipts'),
        ('consent', '0011_imports'),
        ('consent', '0012_facts_on_forms'),
        ('consent', '0013_riders'),
    ]

    dependencies = [
        ('registry', '0001_squashed_0004_first_passwords'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        # First, for each of its many alterations renders every model there is by then: ours would double their time.
        ('oauth2_provider', '0022_refreshtoken_token_family_index'),
    ]

    operations = [
        migrations.CreateModel(
            name='Grant',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.CharField(default=consent.models.grants.grant_id, editable=False, max_length=40, unique=True)),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='grants', to='registry.person')),
                ('studio', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='grants', to='registry.organisation')),
                ('production', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='grants', to='registry.production')),
                ('kind', models.CharField(choices=[('individual', 'Individual agreement'), ('rider', 'Rider'), ('estate', 'Estate'), ('union', 'Union'), ('standing', 'Standing consent')], default='individual', max_length=20)),
                ('number', models.CharField(help_text='The number on your own files, e.g. C-0142', max_length=40)),
                ('entered_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('recorded_at', models.DateTimeField()),
            ],
            options={
                'ordering': ['-id'],
                'constraints': [models.UniqueConstraint(fields=('studio', 'number'), name='one_grant_per_number')],
            },
        ),
        migrations.CreateModel(
            name='Import',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.CharField(default=consent.models.imports.import_id, editable=False, max_length=40, unique=True)),
                ('studio', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='imports', to='registry.organisation')),
                ('name', models.CharField(help_text='What the file was called', max_length=200)),
                ('sha256', models.CharField(max_length=64)),
                ('storage_key', models.CharField(blank=True, help_text='Empty once the file has been forgotten', max_length=200)),
                ('sealed_key', models.BinaryField(default=b'', help_text="The file's own key, wrapped")),
                ('encoding', models.CharField(blank=True, help_text='Empty: to be asked for', max_length=20)),
                ('delimiter', models.CharField(max_length=1)),
                ('order', models.CharField(blank=True, help_text='Of days and months in numbers: day or month first', max_length=5)),
                ('columns', models.JSONField(default=dict, help_text='Heading → field, empty for a column that is passed over')),
                ('state', models.CharField(choices=[('draft', 'Not imported yet'), ('running', 'Being imported'), ('stopped', 'Stopped'), ('done', 'Imported')], default='draft', max_length=10)),
                ('rows', models.PositiveIntegerField(default=0)),
                ('total', models.PositiveIntegerField(default=0, help_text='Consents in the file, good and bad')),
                ('done', models.PositiveIntegerField(default=0, help_text="Of these, how many have been gone through, in the file's order")),
                ('imported', models.PositiveIntegerField(default=0)),
                ('on_file', models.PositiveIntegerField(default=0)),
                ('refused', models.PositiveIntegerField(default=0)),
                ('trouble', models.CharField(blank=True, help_text='Why it stopped, if nobody stopped it', max_length=300)),
                ('reason', models.TextField(blank=True)),
                ('sent_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('sent_at', models.DateTimeField()),
                ('begun_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('begun_at', models.DateTimeField(null=True)),
                ('moved_at', models.DateTimeField(help_text='When it last came further', null=True)),
                ('ended_at', models.DateTimeField(null=True)),
            ],
            options={
                'ordering': ['-id'],
                'indexes': [models.Index(fields=['state', 'moved_at'], name='consent_imp_state_1bcfd6_idx')],
                'constraints': [models.CheckConstraint(condition=models.Q(('done__lte', models.F('total'))), name='an_import_goes_no_further_than_its_file'), models.CheckConstraint(condition=models.Q(('done', django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.F('imported'), '+', models.F('on_file')), '+', models.F('refused')))), name='what_was_gone_through_came_to_something')],
            },
        ),
        migrations.CreateModel(
            name='PackAdoption',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.CharField(default=consent.models.packs.adoption_id, editable=False, max_length=40, unique=True)),
                ('studio', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='pack_adoptions', to='registry.organisation')),
                ('pack', models.CharField(max_length=60)),
                ('version', models.CharField(max_length=40)),
                ('hash', models.CharField(help_text='SHA-256 of the pack (RFC 8785)', max_length=64)),
                ('mode', models.CharField(choices=[('advisory', 'Advises'), ('enforcing', 'Decides')], max_length=20)),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('reason', models.TextField()),
                ('effective_at', models.DateTimeField()),
                ('recorded_at', models.DateTimeField()),
            ],
            options={
                'ordering': ['id'],
                'indexes': [models.Index(fields=['studio', 'pack'], name='consent_pac_studio__1e737f_idx')],
            },
        ),
        migrations.CreateModel(
            name='PerformerLink',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.CharField(default=consent.models.performer.link_id, editable=False, max_length=40, unique=True)),
                ('authority', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='links', to='registry.authority')),
                ('secret_hash', models.CharField(max_length=64, unique=True)),
                ('code_hash', models.CharField(help_text='Keyed: six digits alone would be found by trying', max_length=64)),
                ('language', models.CharField(default='en', max_length=10)),
                ('made_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('made_at', models.DateTimeField()),
                ('expires_at', models.DateTimeField()),
                ('wrong_codes', models.PositiveSmallIntegerField(default=0, help_text='In a row')),
                ('locked_at', models.DateTimeField(blank=True, null=True)),
                ('revoked_at', models.DateTimeField(blank=True, null=True)),
                ('last_used_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'verbose_name': "performer's link",
                'ordering': ['-id'],
            },
        ),
        migrations.CreateModel(
            name='ReceiptKey',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('thumbprint', models.CharField(help_text='RFC 7638, by SHA-256', max_length=60, unique=True)),
                ('jwk', models.JSONField(help_text='RFC 7517, the public members alone')),
                ('recorded_at', models.DateTimeField()),
            ],
            options={
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='StatusList',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.CharField(default=consent.models.receipts.status_list_id, editable=False, max_length=40, unique=True)),
                ('purpose', models.CharField(choices=[('revocation', 'Revocation'), ('suspension', 'Suspension')], max_length=20)),
                ('recorded_at', models.DateTimeField()),
            ],
            options={
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='GrantRevision',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.CharField(default=consent.models.grants.revision_id, editable=False, max_length=40, unique=True)),
                ('grant', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='revisions', to='consent.grant')),
                ('number', models.PositiveIntegerField()),
                ('effective_from', models.DateField()),
                ('term_end', models.DateField(blank=True, help_text='The first day no longer covered; empty: none stated', null=True)),
                ('description', models.TextField(help_text='The description of the intended use, as signed')),
                ('authority', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='registry.authority')),
                ('entered_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('recorded_at', models.DateTimeField()),
            ],
            options={
                'ordering': ['grant_id', 'number'],
                'constraints': [models.UniqueConstraint(fields=('grant', 'number'), name='one_revision_per_number'), models.CheckConstraint(condition=models.Q(('term_end__isnull', True), ('term_end__gt', models.F('effective_from')), _connector='OR'), name='term_ends_after_it_starts')],
            },
        ),
        migrations.CreateModel(
            name='ImportResult',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('of', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='results', to='consent.import')),
                ('row', models.PositiveIntegerField()),
                ('number', models.CharField(blank=True, help_text='As the row gives it, fit to be shown', max_length=80)),
                ('outcome', models.CharField(choices=[('imported', 'Imported'), ('on_file', 'On file already'), ('refused', 'Not imported')], max_length=10)),
                ('column', models.CharField(blank=True, max_length=200)),
                ('sentence', models.TextField(blank=True)),
                ('grant', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='consent.grant')),
                ('recorded_at', models.DateTimeField()),
            ],
            options={
                'ordering': ['row'],
                'indexes': [models.Index(fields=['of', 'outcome', 'row'], name='consent_imp_of_id_03b79c_idx')],
                'constraints': [models.UniqueConstraint(fields=('of', 'row'), name='one_result_per_row')],
            },
        ),
        migrations.CreateModel(
            name='Ending',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.CharField(default=consent.models.statements.ending_id, editable=False, max_length=40, unique=True)),
                ('grant', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='endings', to='consent.grant')),
                ('kind', models.CharField(choices=[('withdrawn', 'Withdrawn by the performer'), ('revoked', 'Revoked by another party'), ('terminated', 'Terminated under the agreement'), ('annulled', 'Never valid')], max_length=20)),
                ('mode', models.CharField(choices=[('prospective_new_use', 'No new use; finished work continues'), ('no_new_release', 'Nothing unreleased is released; released work stays'), ('run_off', 'Allowed until a date'), ('cease_all', 'All use stops'), ('annul', 'Never valid – everything goes to review')], default='prospective_new_use', max_length=30)),
                ('received_at', models.DateTimeField()),
                ('effective_at', models.DateTimeField()),
                ('run_off_to', models.DateField(blank=True, null=True)),
                ('entered_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('confirmed_by', models.ForeignKey(blank=True, help_text='The second lawyer, without whom no ending reaches back before its notice', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('recorded_at', models.DateTimeField()),
            ],
            options={
                'ordering': ['id'],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('mode', 'run_off'), _negated=True), ('run_off_to__isnull', False), _connector='OR'), name='a_run_off_has_a_date'), models.CheckConstraint(condition=models.Q(('effective_at__gte', models.F('received_at')), ('confirmed_by__isnull', False), _connector='OR'), name='an_ending_is_backdated_by_two'), models.CheckConstraint(condition=models.Q(('confirmed_by__isnull', True), models.Q(('confirmed_by', models.F('entered_by')), _negated=True), _connector='OR'), name='an_ending_is_confirmed_by_another')],
            },
        ),
        migrations.CreateModel(
            name='Decision',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.CharField(default=consent.models.decisions.decision_id, editable=False, max_length=40, unique=True)),
                ('production', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='decisions', to='registry.production')),
                ('requester', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='decisions', to='registry.organisation')),
                ('purpose', models.CharField(help_text='clearance, intake, signing or release', max_length=20)),
                ('original', models.ForeignKey(blank=True, help_text='The first answer to the same question, where this is a later one', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='later', to='consent.decision')),
                ('request', models.JSONField()),
                ('request_hash', models.CharField(db_index=True, max_length=64)),
                ('outcome', models.CharField(choices=[('permit', 'Cleared'), ('review', 'Needs counsel'), ('deny', 'Not cleared')], max_length=10)),
                ('answer', models.JSONField(help_text='The whole answer: reasons, territories, what would clear it')),
                ('decision_hash', models.CharField(max_length=64)),
                ('engine_version', models.CharField(max_length=40)),
                ('as_of', models.DateTimeField()),
                ('known_at', models.DateTimeField()),
                ('recorded_at', models.DateTimeField()),
                ('revisions', models.ManyToManyField(related_name='decisions', to='consent.grantrevision')),
            ],
            options={
                'ordering': ['-id'],
                'indexes': [models.Index(fields=['outcome', 'recorded_at'], name='consent_dec_outcome_28397f_idx')],
            },
        ),
        migrations.CreateModel(
            name='ScopeLine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.CharField(default=consent.models.grants.line_id, editable=False, max_length=40, unique=True)),
                ('revision', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='lines', to='consent.grantrevision')),
                ('effect', models.CharField(choices=[('grant', 'Grants'), ('exclude', 'Excludes'), ('approval_required', 'Needs approval of the exact file')], max_length=20)),
                ('uses', models.JSONField(default=list)),
                ('modalities', models.JSONField(default=list)),
                ('acts', models.JSONField(blank=True, default=list)),
                ('units', models.JSONField(blank=True, default=list)),
                ('media', models.JSONField(blank=True, default=list)),
                ('languages', models.JSONField(blank=True, default=list)),
                ('territories', models.JSONField(default=list)),
                ('territories_except', models.JSONField(blank=True, default=list)),
                ('content_excluded', models.JSONField(blank=True, default=list)),
                ('start', models.DateField(blank=True, null=True)),
                ('end', models.DateField(blank=True, null=True)),
                ('productions', models.ManyToManyField(blank=True, related_name='+', to='registry.production')),
            ],
            options={
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='Evidence',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.CharField(default=consent.models.grants.evidence_id, editable=False, max_length=40, unique=True)),
                ('revision', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='evidence', to='consent.grantrevision')),
                ('studio', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='registry.organisation')),
                ('kind', models.CharField(default='agreement', max_length=30)),
                ('sha256', models.CharField(max_length=64)),
                ('size', models.PositiveBigIntegerField()),
                ('media_type', models.CharField(max_length=100)),
                ('name', models.CharField(max_length=200)),
                ('storage_key', models.CharField(max_length=200)),
                ('sealed_key', models.BinaryField(help_text="The document's own key, wrapped")),
                ('uploaded_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('recorded_at', models.DateTimeField()),
            ],
            options={
                'verbose_name_plural': 'evidence',
                'ordering': ['id'],
                'indexes': [models.Index(fields=['storage_key'], name='consent_evi_storage_530bfb_idx')],
            },
        ),
        migrations.CreateModel(
            name='Verification',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('revision', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='verification', to='consent.grantrevision')),
                ('entered_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('verified_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('recorded_at', models.DateTimeField()),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('verified_by', models.F('entered_by')), _negated=True), name='two_lawyers_are_two')],
            },
        ),
        migrations.CreateModel(
            name='RevisionOffer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('revision', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='offer', to='consent.grantrevision')),
                ('offered_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('recorded_at', models.DateTimeField()),
            ],
            options={
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='Receipt',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.CharField(default=consent.models.receipts.receipt_id, editable=False, max_length=40, unique=True)),
                ('revision', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='receipt', to='consent.grantrevision')),
                ('key', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='consent.receiptkey')),
                ('sealed', models.BinaryField()),
                ('sha256', models.CharField(max_length=64)),
                ('recorded_at', models.DateTimeField()),
            ],
            options={
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='StatusListEntry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('list', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='entries', to='consent.statuslist')),
                ('index', models.PositiveIntegerField()),
                ('revision', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='status_entries', to='consent.grantrevision')),
                ('recorded_at', models.DateTimeField()),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('list', 'index'), name='one_entry_per_index'), models.UniqueConstraint(fields=('list', 'revision'), name='one_entry_per_revision')],
            },
        ),
        migrations.CreateModel(
            name='Signature',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('revision', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='signatures', to='consent.grantrevision')),
                ('evidence', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='signatures', to='consent.evidence')),
                ('capacity', models.CharField(default='self', max_length=20)),
                ('method', models.CharField(choices=[('wet_ink', 'Wet ink'), ('scan_of_wet_ink', 'Scan of wet ink'), ('esign_simple', 'Electronic, simple'), ('esign_advanced', 'Electronic, advanced'), ('esign_qualified', 'Electronic, qualified'), ('notarised', 'Notarised')], max_length=20)),
                ('separate_signature', models.BooleanField(default=False)),
                ('signed_on', models.DateField()),
                ('recorded_at', models.DateTimeField()),
            ],
            options={
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='Rider',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.CharField(default=consent.models.riders.rider_id, editable=False, max_length=40, unique=True)),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='riders', to='registry.person')),
                ('production', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='riders', to='registry.production')),
                ('template', models.CharField(max_length=40)),
                ('template_version', models.PositiveSmallIntegerField()),
                ('text_sha256', models.CharField(help_text='Of the text, UTF-8; printed on each page', max_length=64)),
                ('sha256', models.CharField(db_index=True, help_text='Of the PDF', max_length=64)),
                ('sealed', models.BinaryField()),
                ('started_from', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='consent.grant')),
                ('to_clear', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='consent.decision')),
                ('drafted_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('recorded_at', models.DateTimeField()),
            ],
            options={
                'ordering': ['-id'],
            },
        ),
        migrations.CreateModel(
            name='Statement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.CharField(default=consent.models.statements.statement_id, editable=False, max_length=40, unique=True)),
                ('kind', models.CharField(choices=[('lock', 'Lock'), ('lift', 'Lifting of a lock'), ('approval', 'Approval of an exact file'), ('determination', 'Determination'), ('record', 'Record')], max_length=20)),
                ('studio', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='registry.organisation')),
                ('subject', models.CharField(help_text='A public id, the SHA-256 of a file, or global', max_length=80)),
                ('question', models.CharField(blank=True, max_length=60)),
                ('answer', models.CharField(blank=True, max_length=60)),
                ('form', models.CharField(blank=True, help_text='A code of the form catalogue, consent/forms/', max_length=60)),
                ('details', models.JSONField(blank=True, default=dict, help_text='What was entered on the form: field → value')),
                ('sealed', models.BinaryField(default=b'', help_text="Its private fields, under the person's own key")),
                ('acts', models.JSONField(blank=True, default=list)),
                ('refers_to', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='consent.statement')),
                ('evidence', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='consent.evidence')),
                ('effective_at', models.DateTimeField()),
                ('until', models.DateTimeField(blank=True, null=True)),
                ('recorded_at', models.DateTimeField()),
                ('by', models.ManyToManyField(related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['id'],
                'indexes': [models.Index(fields=['subject', 'kind'], name='consent_sta_subject_7730bc_idx')],
                'constraints': [models.UniqueConstraint(fields=('refers_to',), name='one_statement_takes_the_place')],
            },
        ),
        migrations.CreateModel(
            name='PerformerWord',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.CharField(default=consent.models.performer.word_id, editable=False, max_length=40, unique=True)),
                ('link', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='words', to='consent.performerlink')),
                ('kind', models.CharField(choices=[('agreed', 'Agreed'), ('declined', 'Declined'), ('asked', 'Asked'), ('ends', 'Wants to end'), ('stays', 'Takes the ending back')], max_length=10)),
                ('grant', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='words', to='consent.grant')),
                ('offer', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='reply', to='consent.revisionoffer')),
                ('lock', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='consent.statement')),
                ('text', registry.private.PrivateTextField(blank=True, default=b'', editable=True)),
                ('once', models.CharField(help_text='Of the form it came by: a form that is sent twice counts once', max_length=40)),
                ('recorded_at', models.DateTimeField()),
            ],
            options={
                'ordering': ['-id'],
                'constraints': [models.UniqueConstraint(fields=('link', 'once'), name='one_word_per_form'), models.CheckConstraint(condition=models.Q(models.Q(('kind__in', ('agreed', 'declined')), ('offer__isnull', False)), models.Q(models.Q(('kind__in', ('agreed', 'declined')), _negated=True), ('offer__isnull', True)), _connector='OR'), name='a_reply_answers_an_offer'), models.CheckConstraint(condition=models.Q(models.Q(('kind', 'ends'), _negated=True), models.Q(('grant__isnull', False), ('lock__isnull', False)), _connector='OR'), name='who_wants_to_end_holds_at_once')],
            },
        ),
        migrations.CreateModel(
            name='DeskAnswer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('word', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='answer', to='consent.performerword')),
                ('text', registry.private.PrivateTextField(blank=True, default=b'', editable=True)),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('recorded_at', models.DateTimeField()),
            ],
            options={
                'ordering': ['id'],
            },
        ),
        forbid_changes(
            'consent_decision',
            'consent_decision_revisions',
            'consent_deskanswer',
            'consent_ending',
            'consent_evidence',
            'consent_grant',
            'consent_grantrevision',
            'consent_importresult',
            'consent_packadoption',
            'consent_performerword',
            'consent_receipt',
            'consent_receiptkey',
            'consent_revisionoffer',
            'consent_rider',
            'consent_scopeline',
            'consent_scopeline_productions',
            'consent_signature',
            'consent_statement',
            'consent_statement_by',
            'consent_statuslist',
            'consent_statuslistentry',
            'consent_verification',
        ),
    ]
