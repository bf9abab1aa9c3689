"""A studio's spreadsheets on their way into consent files; what came of their rows may only be added."""

import consent.models.imports
import django.db.models.deletion
import django.db.models.expressions
from django.conf import settings
from django.db import migrations, models

from registry.append_only import forbid_changes


class Migration(migrations.Migration):

    dependencies = [
        ('consent', '0010_receipts'),
        ('registry', '0003_authority_by_two'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Import',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.CharField(default=consent.models.imports.import_id, editable=False, max_length=40, unique=True)),
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
                ('sent_at', models.DateTimeField()),
                ('begun_at', models.DateTimeField(null=True)),
                ('moved_at', models.DateTimeField(help_text='When it last came further', null=True)),
                ('ended_at', models.DateTimeField(null=True)),
                ('begun_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('sent_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('studio', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='imports', to='registry.organisation')),
            ],
            options={
                'ordering': ['-id'],
            },
        ),
        migrations.CreateModel(
            name='ImportResult',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('row', models.PositiveIntegerField()),
                ('number', models.CharField(blank=True, help_text='As the row gives it, fit to be shown', max_length=80)),
                ('outcome', models.CharField(choices=[('imported', 'Imported'), ('on_file', 'On file already'), ('refused', 'Not imported')], max_length=10)),
                ('column', models.CharField(blank=True, max_length=200)),
                ('sentence', models.TextField(blank=True)),
                ('recorded_at', models.DateTimeField()),
                ('grant', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='consent.grant')),
                ('of', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='results', to='consent.import')),
            ],
            options={
                'ordering': ['row'],
            },
        ),
        migrations.AddIndex(
            model_name='import',
            index=models.Index(fields=['state', 'moved_at'], name='consent_imp_state_1bcfd6_idx'),
        ),
        migrations.AddConstraint(
            model_name='import',
            constraint=models.CheckConstraint(condition=models.Q(('done__lte', models.F('total'))), name='an_import_goes_no_further_than_its_file'),
        ),
        migrations.AddConstraint(
            model_name='import',
            constraint=models.CheckConstraint(condition=models.Q(('done', django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.F('imported'), '+', models.F('on_file')), '+', models.F('refused')))), name='what_was_gone_through_came_to_something'),
        ),
        migrations.AddIndex(
            model_name='importresult',
            index=models.Index(fields=['of', 'outcome', 'row'], name='consent_imp_of_id_03b79c_idx'),
        ),
        migrations.AddConstraint(
            model_name='importresult',
            constraint=models.UniqueConstraint(fields=('of', 'row'), name='one_result_per_row'),
        ),
        forbid_changes("consent_importresult"),
    ]
