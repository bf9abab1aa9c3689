"""Tell a vendor and its studio, by their webhooks, where an asset stands: in the transaction that moved it there.

Told are ids, states and links. Why something is held or refused, and what is in it, is read with a token.
"""

from datetime import datetime
from typing import Any

from provenance.models import Asset, Credential
from registry.models import Organisation
from registry.prepared import Prepared
from registry.webhooks import outbox

# What the journal says of an asset → the event, and the state the asset is in then.
TOLD = {
    "asset:received": ("asset.received", "received"),
    "asset:held": ("asset.held", "held"),
    "asset:refused": ("asset.refused", "refused"),
    "asset:signed": ("asset.signed", "signed"),
    "asset:dead": ("asset.dead", "dead"),
}


def noted(asset: Asset, tag: str, *, at: datetime, credential: str = "") -> None:
    """What was just noted of an asset in the journal; nothing where that moves it to no other state."""
    if tag not in TOLD:
        return
    kind, state = TOLD[tag]
    for organisation in _concerned(asset):
        outbox.publish(organisation, kind, _data(asset, state, credential), at=at, sandbox=asset.sandbox)


SAME = Prepared(
    lambda sha256, production, before: Credential.objects.filter(
        asset__sha256=sha256, asset__production=production, pk__lt=before
    )
    .order_by()
    .values_list("pk", "asset__sandbox")
)


def superseded(credential: Credential, *, at: datetime) -> None:
    """The very file of an earlier asset was signed again for the same production: its vendor is told, and the studio. By
    which asset, only where that is the vendor's own too."""
    asset = credential.asset
    same = [pk for pk, sandbox in SAME(asset.sha256, asset.production_id, credential.pk) if sandbox == asset.sandbox]
    related = Credential.objects.select_related("asset__vendor", "asset__production__studio")
    before = related.get(pk=max(same)) if same else None
    if before is None:
        return
    for organisation in _concerned(before.asset):
        knows = organisation.pk in (asset.vendor_id, asset.production.studio_id)
        told = _data(before.asset, "signed", before.public_id)
        by = {"superseded_by": {"asset": asset.public_id, "credential": credential.public_id}} if knows else {}
        outbox.publish(organisation, "asset.superseded", told | by, at=at, sandbox=before.asset.sandbox)


def _concerned(asset: Asset) -> list[Organisation]:
    vendor, studio = asset.vendor, asset.production.studio
    return [vendor] if vendor.pk == studio.pk else [vendor, studio]


def _data(asset: Asset, state: str, credential: str) -> dict[str, Any]:
    own = f"assets/{asset.public_id}"
    links = {"self": outbox.link(own)}
    if credential:
        links["content"] = outbox.link(f"{own}/content")
        if not asset.sandbox:
            links["disclosure"] = outbox.link(f"disclosures/{credential}")
    told = {"asset": asset.public_id, "production": asset.production.public_id, "state": state}
    return told | ({"credential": credential} if credential else {}) | {"links": links}
