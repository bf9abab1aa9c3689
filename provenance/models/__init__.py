from provenance.models.assets import Asset, Delivery, Depiction, Ingredient, KnownContent, Operation
from provenance.models.changes import Change
from provenance.models.concerns import Concern, ConcernAnswer, ConcernMail, KeptOut
from provenance.models.likeness import Fingerprint, FingerprintChunk, Likeness, LikenessAnswer
from provenance.models.measuring import Measured, MeasuredAnswer, OperationEvidence
from provenance.models.packs import EvidencePack
from provenance.models.sequences import FrameSequence, SequenceFrame
from provenance.models.signing import Credential, SigningJob, SigningPlan
from provenance.models.telling import EndingTold, StandingTold
from provenance.models.trust_lists import TrustList
from provenance.models.uploads import Upload
from provenance.models.verdicts import Verdict

__all__ = [
    "Asset",
    "Change",
    "Concern",
    "ConcernAnswer",
    "ConcernMail",
    "Credential",
    "Delivery",
    "Depiction",
    "EndingTold",
    "EvidencePack",
    "Fingerprint",
    "FingerprintChunk",
    "FrameSequence",
    "Ingredient",
    "KeptOut",
    "KnownContent",
    "Likeness",
    "LikenessAnswer",
    "Measured",
    "MeasuredAnswer",
    "Operation",
    "OperationEvidence",
    "SequenceFrame",
    "SigningJob",
    "SigningPlan",
    "StandingTold",
    "TrustList",
    "Upload",
    "Verdict",
]
