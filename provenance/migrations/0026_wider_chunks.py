from itertools import islice

from django.db import migrations

from provenance.fingerprint import PICTURE, TEXT, Code, keys

AT_ONCE = 2_000
FIRST_TEXT = 16 << 16  # keys of sixteen chunks of sixteen bits: those of pictures, then those of texts


def index_anew(apps, schema_editor):
    """Cut every code into the chunks that are asked for now; the index is made of the codes and of nothing else."""
    using = schema_editor.connection.alias
    Fingerprint, FingerprintChunk = (apps.get_model("provenance", name) for name in ("Fingerprint", "FingerprintChunk"))
    FingerprintChunk.objects.using(using).all()._raw_delete(using)
    rows = Fingerprint.objects.using(using).order_by("pk").values_list("pk", "kind", "digits").iterator(AT_ONCE)
    while some := list(islice(rows, AT_ONCE)):
        FingerprintChunk.objects.using(using).bulk_create(
            FingerprintChunk(chunk_key=key, fingerprint_id=pk) for pk, kind, digits in some for key in keys(Code(kind, digits))
        )
    SoftBindingChunk = apps.get_model("provenance", "SoftBindingChunk")
    chunks = SoftBindingChunk.objects.using(using)
    bound = {
        (binding, TEXT if key >= FIRST_TEXT else PICTURE, digits)
        for key, binding, digits in chunks.values_list("chunk_key", "binding_id", "digits")
    }
    chunks.all()._raw_delete(using)
    chunks.bulk_create(
        SoftBindingChunk(chunk_key=key, binding_id=binding, digits=digits)
        for binding, kind, digits in sorted(bound) for key in keys(Code(kind, digits))
    )  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [
        ("provenance", "0023_platforms"),
    ]

    operations = [
        # What was cut otherwise is found by nobody, so there is no way back but to cut it again.
        migrations.RunPython(index_anew),
    ]
