import consent.models.riders
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from registry.append_only import forbid_changes


class Migration(migrations.Migration):

    dependencies = [
        ('consent', "0012_facts_on_forms"),
        ('registry', '0004_first_passwords'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Rider',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.CharField(default=consent.models.riders.rider_id, editable=False, max_length=40, unique=True)),
                ('template', models.CharField(max_length=40)),
                ('template_version', models.PositiveSmallIntegerField()),
                ('text_sha256', models.CharField(help_text='Of the text, UTF-8; printed on each page', max_length=64)),
                ('sha256', models.CharField(db_index=True, help_text='Of the PDF', max_length=64)),
                ('sealed', models.BinaryField()),
                ('recorded_at', models.DateTimeField()),
                ('drafted_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='riders', to='registry.person')),
                ('production', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='riders', to='registry.production')),
                ('started_from', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='consent.grant')),
                ('to_clear', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='consent.decision')),
            ],
            options={
                'ordering': ['-id'],
            },
        ),
        forbid_changes('consent_rider'),
    ]
