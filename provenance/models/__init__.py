from provenance.models.assets import Asset, Depiction, Ingredient, KnownContent, Operation
from provenance.models.packs import EvidencePack
from provenance.models.signing import Credential, SigningJob, SigningPlan

__all__ = [
    "Asset",
    "Credential",
    "Depiction",
    "EvidencePack",
    "Ingredient",
    "KnownContent",
    "Operation",
    "SigningJob",
    "SigningPlan",
]
