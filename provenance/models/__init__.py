from provenance.models.assets import Asset, Depiction, Ingredient, KnownContent, Operation
from provenance.models.changes import Change
from provenance.models.likeness import Fingerprint, FingerprintChunk, Likeness, LikenessAnswer
from provenance.models.measuring import Measured, MeasuredAnswer, OperationEvidence
from provenance.models.packs import EvidencePack
from provenance.models.signing import Credential, SigningJob, SigningPlan
from provenance.models.telling import EndingTold, StandingTold

__all__ = [
    "Asset",
    "Change",
    "Credential",
    "Depiction",
    "EndingTold",
    "EvidencePack",
    "Fingerprint",
    "FingerprintChunk",
    "Ingredient",
    "KnownContent",
    "Likeness",
    "LikenessAnswer",
    "Measured",
    "MeasuredAnswer",
    "Operation",
    "OperationEvidence",
    "SigningJob",
    "SigningPlan",
    "StandingTold",
]
