"""Mira de-aged in Harbor and signed, on her verified consent, as the desk's outputs tell it."""

from consent import clearance
from consent.facts import Depiction
from provenance.models import Credential
from tests import cast as people
from tests.provenance import registered


def with_mira(cast, grant=None, *, received=b"received", **changes) -> Credential:
    """One released credential that shows her; `grant` is the consent it stood on, entered and verified if none is given."""
    grant = grant or people.verified(cast)
    depicted = Depiction("dep-1", cast.mira.public_id, "target_likeness", "face", "de_aging")
    decision = clearance.decide(
        clearance.Question(act="release", depictions=(depicted,), asset_sha256=registered.sha256(received)),
        production=cast.harbor, requester=cast.northlight,
        purpose="release", at=people.NOON,
    )  # fmt: skip
    assert decision.revisions.get().grant == grant
    made = registered.credential(received=received, decision=decision, **changes)
    made.asset.depictions.create(label="dep-1", person=cast.mira, role="target_likeness", modality="face")
    made.asset.operations.create(
        label="op-1", element="picture", technique="de_aging", statement={"id": "op-1", "depicts": ["dep-1"]}
    )
    return made
