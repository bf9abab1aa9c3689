"""Facts are stated on forms alone; statements of the kind that stood for a bare fact are not written any more."""

from django.db import migrations, models

from registry.append_only import allow_changes, forbid_changes


class Migration(migrations.Migration):

    dependencies = [
        ('consent', "0011_imports"),
    ]

    operations = [
        allow_changes('consent_statement'),
        migrations.AlterField(
            model_name='statement',
            name='kind',
            field=models.CharField(choices=[('lock', 'Lock'), ('lift', 'Lifting of a lock'), ('approval', 'Approval of an exact file'), ('determination', 'Determination'), ('record', 'Record')], max_length=20),
        ),
        forbid_changes('consent_statement'),
    ]
