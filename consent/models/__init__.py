from consent.models.decisions import Decision
from consent.models.grants import Evidence, Grant, GrantRevision, ScopeLine, Signature, Verification
from consent.models.packs import PackAdoption
from consent.models.statements import Ending, Statement

__all__ = [
    "Decision",
    "Ending",
    "Evidence",
    "Grant",
    "GrantRevision",
    "PackAdoption",
    "ScopeLine",
    "Signature",
    "Statement",
    "Verification",
]
