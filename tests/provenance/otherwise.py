"""Something else measured than was declared, as measuring keeps it; for tests of the desk that need no film."""

import io
from fractions import Fraction

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from PIL import Image

from provenance.measurement import DIFFERENCE, Measurement
from provenance.models import Measured, Operation
from tests.cast import NOON


def measured(operation: Operation, *, share=Fraction(14, 100), declared=0.03, **changes) -> Measured:
    """Fourteen percent measured, three declared, by a plate that the declaration names."""
    found = Measurement("picture", DIFFERENCE, share, Fraction(3, 1000), floor=2.0)
    content = io.BytesIO()
    Image.new("RGB", (64, 36), "slategrey").save(content, "PNG")
    values = {
        "operation": operation, "kind": "difference", "evidence_sha256": "ab" * 32,
        "output_sha256": operation.asset.sha256, "finding": "more", "numbers": found.as_dict(),
        "declared": {"share": declared, "method": "derived:regions", "beyond": float(share) - declared},
        "picture_key": default_storage.save("measured/ab/heat", ContentFile(content.getvalue())),
        "engine_version": "1", "recorded_at": NOON,
    }  # fmt: skip
    return Measured.objects.create(**(values | changes))
