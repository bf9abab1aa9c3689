from provenance.models.assets import Asset, Delivery, Depiction, Ingredient, KnownContent, Operation
from provenance.models.changes import Change
from provenance.models.likeness import Fingerprint, FingerprintChunk, Likeness, LikenessAnswer
from provenance.models.measuring import Measured, MeasuredAnswer, OperationEvidence
from provenance.models.packs import EvidencePack
from provenance.models.signing import Credential, SigningJob, SigningPlan
from provenance.models.telling import EndingTold, StandingTold
from provenance.models.trust_lists import TrustList
from provenance.models.verdicts import Verdict

__all__ = [
    "Asset",
    "Change",
    "Credential",
    "Delivery",
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
    "TrustList",
    "Verdict",
]
