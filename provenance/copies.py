"""What a file may be a copy of: public works signed here whose pictures, frames or words are near to its own.

Near is possible, never proof: two takes of one shot look alike too. Asked only of files that nothing surer is known of.
"""

from pathlib import Path
from typing import Any

from django.conf import settings

from provenance import likeness, soft_bindings, trust
from provenance.conclusion import moment
from provenance.likeness import FRAMES
from provenance.printable import printable
from provenance.said import said
from registry.prepared import NOBODY

MOST_TOLD = 3
COLUMNS = (
    "asset_id", "public_id", "manifest_label", "title", "producer__name", "signed_at", "asset__sha256", "asset__production_id"
)  # fmt: skip


def possible(path: Path) -> tuple[dict[str, Any], ...]:
    """The nearest, each with its `credential`, `page`, `manifest` and `similarity` of 100; the newest signature of each file."""
    codes = likeness.codes_of(path, readers=trust.window())
    assets = soft_bindings.near(codes, needed=min(FRAMES, len(codes)))
    rows = soft_bindings.public().filter(asset_id__in=[NOBODY, *assets]).order_by("-pk").values_list(*COLUMNS)
    told: dict[tuple[str, int], dict[str, Any]] = {}
    for asset, public_id, label, title, producer, signed_at, sha256, production in rows:
        told.setdefault((sha256, production), {
            "text": said("This may be a copy of “{title}”, signed by {name}.", title=printable(title), name=printable(producer)),
            "credential": public_id, "page": f"{settings.SITE_URL}/c/{public_id}", "manifest": label,
            "title": printable(title), "producer": printable(producer), "signed_at": moment(signed_at),
            "similarity": soft_bindings.score(assets[asset]),
        })  # fmt: skip
    return tuple(sorted(told.values(), key=lambda one: -one["similarity"])[:MOST_TOLD])
