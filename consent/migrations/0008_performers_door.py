import consent.models.performer
import django.db.models.deletion
import registry.private
from django.conf import settings
from django.db import migrations, models

from registry.append_only import forbid_changes


class Migration(migrations.Migration):

    dependencies = [
        ('consent', '0007_records'),
        ('registry', '0004_first_passwords'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='PerformerLink',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.CharField(default=consent.models.performer.link_id, editable=False, max_length=40, unique=True)),
                ('secret_hash', models.CharField(max_length=64, unique=True)),
                ('code_hash', models.CharField(help_text='Keyed: six digits alone would be found by trying', max_length=64)),
                ('language', models.CharField(default='en', max_length=10)),
                ('made_at', models.DateTimeField()),
                ('expires_at', models.DateTimeField()),
                ('wrong_codes', models.PositiveSmallIntegerField(default=0, help_text='In a row')),
                ('locked_at', models.DateTimeField(blank=True, null=True)),
                ('revoked_at', models.DateTimeField(blank=True, null=True)),
                ('last_used_at', models.DateTimeField(blank=True, null=True)),
                ('authority', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='links', to='registry.authority')),
                ('made_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': "performer's link",
                'ordering': ['-id'],
            },
        ),
        migrations.CreateModel(
            name='PerformerWord',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.CharField(default=consent.models.performer.word_id, editable=False, max_length=40, unique=True)),
                ('kind', models.CharField(choices=[('agreed', 'Agreed'), ('declined', 'Declined'), ('asked', 'Asked'), ('ends', 'Wants to end'), ('stays', 'Takes the ending back')], max_length=10)),
                ('text', registry.private.PrivateTextField(blank=True, default=b'', editable=True)),
                ('once', models.CharField(help_text='Of the form it came by: a form that is sent twice counts once', max_length=40)),
                ('recorded_at', models.DateTimeField()),
                ('grant', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='words', to='consent.grant')),
                ('link', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='words', to='consent.performerlink')),
                ('lock', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='consent.statement')),
            ],
            options={
                'ordering': ['-id'],
            },
        ),
        migrations.CreateModel(
            name='DeskAnswer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('text', registry.private.PrivateTextField(blank=True, default=b'', editable=True)),
                ('recorded_at', models.DateTimeField()),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('word', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='answer', to='consent.performerword')),
            ],
            options={
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='RevisionOffer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('recorded_at', models.DateTimeField()),
                ('offered_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('revision', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='offer', to='consent.grantrevision')),
            ],
            options={
                'ordering': ['id'],
            },
        ),
        migrations.AddField(
            model_name='performerword',
            name='offer',
            field=models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='reply', to='consent.revisionoffer'),
        ),
        migrations.AddConstraint(
            model_name='performerword',
            constraint=models.UniqueConstraint(fields=('link', 'once'), name='one_word_per_form'),
        ),
        migrations.AddConstraint(
            model_name='performerword',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind__in', ('agreed', 'declined')), ('offer__isnull', False)), models.Q(models.Q(('kind__in', ('agreed', 'declined')), _negated=True), ('offer__isnull', True)), _connector='OR'), name='a_reply_answers_an_offer'),
        ),
        migrations.AddConstraint(
            model_name='performerword',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind', 'ends'), _negated=True), models.Q(('grant__isnull', False), ('lock__isnull', False)), _connector='OR'), name='who_wants_to_end_holds_at_once'),
        ),
        forbid_changes("consent_revisionoffer", "consent_performerword", "consent_deskanswer"),
    ]
