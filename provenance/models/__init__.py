from provenance.models.assets import Asset, Depiction, Ingredient, KnownContent, Operation
from provenance.models.changes import Change
from provenance.models.likeness import Fingerprint, FingerprintChunk, Likeness, LikenessAnswer
from provenance.models.measuring import Measured, MeasuredAnswer, OperationEvidence
from provenance.models.packs import EvidencePack
from provenance.models.sequences import FrameSequence, SequenceFrame
from provenance.models.signing import Credential, SigningJob, SigningPlan
from provenance.models.uploads import Upload

__all__ = [
    "Asset",
    "Change",
    "Credential",
    "Depiction",
    "EvidencePack",
    "Fingerprint",
    "FingerprintChunk",
    "FrameSequence",
    "Ingredient",
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
    "Upload",
]
