from consent.models.decisions import Decision
from consent.models.destructions import Destruction
from consent.models.grants import Evidence, Grant, GrantRevision, ScopeLine, Signature, Verification
from consent.models.imports import Import, ImportResult
from consent.models.packs import PackAdoption
from consent.models.performer import DeskAnswer, LetterPasskey, PerformerLink, PerformerWord, RevisionOffer
from consent.models.receipts import Receipt, ReceiptKey, StatusList, StatusListEntry
from consent.models.reopenings import Reopening
from consent.models.riders import Rider
from consent.models.statements import Ending, Statement

__all__ = [
    "Decision",
    "DeskAnswer",
    "Destruction",
    "Ending",
    "Evidence",
    "Grant",
    "GrantRevision",
    "Import",
    "ImportResult",
    "LetterPasskey",
    "PackAdoption",
    "PerformerLink",
    "PerformerWord",
    "RevisionOffer",
    "Receipt",
    "ReceiptKey",
    "Reopening",
    "Rider",
    "ScopeLine",
    "Signature",
    "Statement",
    "StatusList",
    "StatusListEntry",
    "Verification",
]
