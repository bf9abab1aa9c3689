from provenance.models.assets import Asset, Depiction, Ingredient, KnownContent, Operation
from provenance.models.changes import Change
from provenance.models.signing import Credential, SigningJob, SigningPlan

__all__ = [
    "Asset",
    "Change",
    "Credential",
    "Depiction",
    "Ingredient",
    "KnownContent",
    "Operation",
    "SigningJob",
    "SigningPlan",
]
