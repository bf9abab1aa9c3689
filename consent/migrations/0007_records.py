"""Every other record is a statement on a form, and an ending reaches back before its notice only with two lawyers."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from registry.append_only import allow_changes, forbid_changes


class Migration(migrations.Migration):

    dependencies = [
        ('consent', '0006_pack_adoptions'),
        ('registry', '0004_first_passwords'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        allow_changes('consent_ending', 'consent_statement'),
        migrations.RemoveConstraint(
            model_name='ending',
            name='an_ending_is_not_backdated',
        ),
        migrations.AddField(
            model_name='ending',
            name='confirmed_by',
            field=models.ForeignKey(blank=True, help_text='The second lawyer, without whom no ending reaches back before its notice', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='statement',
            name='details',
            field=models.JSONField(blank=True, default=dict, help_text='What was entered on the form: field → value'),
        ),
        migrations.AddField(
            model_name='statement',
            name='form',
            field=models.CharField(blank=True, help_text='A code of the form catalogue, consent/forms/', max_length=60),
        ),
        migrations.AddField(
            model_name='statement',
            name='sealed',
            field=models.BinaryField(default=b'', help_text="Its private fields, under the person's own key"),
        ),
        migrations.AlterField(
            model_name='statement',
            name='kind',
            field=models.CharField(choices=[('lock', 'Lock'), ('lift', 'Lifting of a lock'), ('approval', 'Approval of an exact file'), ('determination', 'Determination'), ('fact', 'Fact'), ('record', 'Record')], max_length=20),
        ),
        migrations.AddConstraint(
            model_name='ending',
            constraint=models.CheckConstraint(condition=models.Q(('effective_at__gte', models.F('received_at')), ('confirmed_by__isnull', False), _connector='OR'), name='an_ending_is_backdated_by_two'),
        ),
        migrations.AddConstraint(
            model_name='ending',
            constraint=models.CheckConstraint(condition=models.Q(('confirmed_by__isnull', True), models.Q(('confirmed_by', models.F('entered_by')), _negated=True), _connector='OR'), name='an_ending_is_confirmed_by_another'),
        ),
        migrations.AddConstraint(
            model_name='statement',
            constraint=models.UniqueConstraint(fields=('refers_to',), name='one_statement_takes_the_place'),
        ),
        forbid_changes('consent_ending', 'consent_statement'),
    ]
