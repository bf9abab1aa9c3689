import consent.models.receipts
import django.db.models.deletion
from django.db import migrations, models

from registry.append_only import forbid_changes

TABLES = ["consent_receiptkey", "consent_receipt", "consent_statuslist", "consent_statuslistentry"]


class Migration(migrations.Migration):

    dependencies = [
        ('consent', '0009_papers_by_key'),
    ]

    operations = [
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
            name='Receipt',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.CharField(default=consent.models.receipts.receipt_id, editable=False, max_length=40, unique=True)),
                ('sealed', models.BinaryField()),
                ('sha256', models.CharField(max_length=64)),
                ('recorded_at', models.DateTimeField()),
                ('revision', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='receipt', to='consent.grantrevision')),
                ('key', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='consent.receiptkey')),
            ],
            options={
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='StatusListEntry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('index', models.PositiveIntegerField()),
                ('recorded_at', models.DateTimeField()),
                ('list', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='entries', to='consent.statuslist')),
                ('revision', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='status_entries', to='consent.grantrevision')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('list', 'index'), name='one_entry_per_index'), models.UniqueConstraint(fields=('list', 'revision'), name='one_entry_per_revision')],
            },
        ),
        forbid_changes(*TABLES),
    ]
