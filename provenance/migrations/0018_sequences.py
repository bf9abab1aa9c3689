import django.db.models.deletion
from django.db import migrations, models

from registry.append_only import forbid_changes


class Migration(migrations.Migration):

    dependencies = [
        ('provenance', '0017_sandbox'),
    ]

    operations = [
        migrations.AlterField(
            model_name='knowncontent',
            name='kind',
            field=models.CharField(choices=[('uploaded', 'Uploaded'), ('signed', 'Signed'), ('described', 'With its metadata, before it was signed'), ('ingredient', 'Ingredient'), ('frame', 'Frame of a sequence')], max_length=20),
        ),
        migrations.CreateModel(
            name='FrameSequence',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('pattern', models.CharField(max_length=250)),
                ('first', models.PositiveIntegerField()),
                ('last', models.PositiveIntegerField()),
                ('count', models.PositiveIntegerField(help_text='Frames that are there')),
                ('missing', models.JSONField(help_text='Gaps as its sender stated them: first and last frame of each')),
                ('rate', models.CharField(blank=True, help_text='Frames per second, where they are stated: 24 or 24000/1001', max_length=20)),
                ('size', models.PositiveBigIntegerField(help_text='All frames together, in bytes')),
                ('media_type', models.CharField(help_text='Of each frame', max_length=100)),
                ('width', models.PositiveIntegerField(null=True)),
                ('height', models.PositiveIntegerField(null=True)),
                ('pixels', models.CharField(blank=True, help_text='How pixels are kept, in words of the format', max_length=200)),
                ('notes', models.JSONField(help_text='What is worth knowing of its frames and no fault, in sentences')),
                ('merkle_root', models.CharField(max_length=64)),
                ('blocks', models.JSONField(help_text='The roots of runs of 256 frames, from which a proof is made')),
                ('asset', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='sequence', to='provenance.asset')),
            ],
            options={
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='SequenceFrame',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('place', models.PositiveIntegerField(help_text='Counted from 0: its leaf in the Merkle tree')),
                ('number', models.PositiveIntegerField()),
                ('sha256', models.CharField(max_length=64)),
                ('size', models.PositiveBigIntegerField()),
                ('storage_key', models.CharField(blank=True, max_length=200)),
                ('sequence', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='frames', to='provenance.framesequence')),
            ],
            options={
                'ordering': ['id'],
            },
        ),
        migrations.AddConstraint(
            model_name='framesequence',
            constraint=models.CheckConstraint(condition=models.Q(('count__gt', 0)), name='a_sequence_has_frames'),
        ),
        migrations.AddConstraint(
            model_name='framesequence',
            constraint=models.CheckConstraint(condition=models.Q(('first__lte', models.F('last'))), name='frames_in_order'),
        ),
        migrations.AddIndex(
            model_name='sequenceframe',
            index=models.Index(fields=['sha256', 'sequence'], name='provenance__sha256_a9b5e2_idx'),
        ),
        migrations.AddConstraint(
            model_name='sequenceframe',
            constraint=models.UniqueConstraint(fields=('sequence', 'place'), name='one_frame_per_leaf'),
        ),
        migrations.AddConstraint(
            model_name='sequenceframe',
            constraint=models.UniqueConstraint(fields=('sequence', 'number'), name='one_frame_per_number'),
        ),
        forbid_changes("provenance_framesequence", "provenance_sequenceframe", "provenance_knowncontent"),
    ]
