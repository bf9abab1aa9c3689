"""What is noted of an asset before it is signed: in its journal, and to whoever listens."""

from datetime import datetime
from typing import Any

from provenance import announcing
from provenance.models import Asset
from registry import journal
from registry.models import ApiClient, User


def note(asset: Asset, tag: str, *, by: User | ApiClient, at: datetime, reason: str = "", **details: Any) -> None:
    actor = journal.by_client(by) if isinstance(by, ApiClient) else journal.by_user(by)
    journal.record(
        actor=actor, tag=tag, subject=asset.public_id, organisation=asset.production.studio, details=details, at=at,
        reason=reason,
    )
    announcing.noted(asset, tag, at=at)
