"""A released credential as signing leaves it behind, for tests of the window; no key is used."""

import hashlib
from datetime import UTC, date, datetime

from consent.models import Decision, Ending, Grant, GrantRevision
from provenance.models import Asset, Credential, KnownContent, SigningPlan
from registry.models import ApiClient, Authority, Organisation, Person, Production, User
from registry.private import new_data_key

SIGNED_AT = datetime(2026, 7, 14, 9, 41, tzinfo=UTC)
LABEL = "urn:c2pa:39fd2b05-78d1-4ecc-9cde-e42c33a9a40b"
EXTENT = {
    "bands_version": "1",
    "headline": {"band": "minor", "text": "AI altered the face of one performer (de-aging) in 3.1 % of the picture."},
    "elements": [{"element": "picture", "band": "minor", "share": 0.0312, "at_least": False}],
    "operations": [{"id": "op-1", "element": "picture", "technique": "de_aging", "generative": True, "share": 0.0312}],
    "assistive": [],
}  # fmt: skip


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def asset(received: bytes = b"received", *, title="harbor_sh114_v07.jpg", decision: Decision | None = None,
          storage_key: str = "", sandbox: bool = False) -> Asset:
    """An upload of Parallax VFX for Northlight's Harbor, not signed; with `decision`, what was asked of it."""
    studio, _ = Organisation.objects.get_or_create(name="Northlight Pictures", kind="studio")
    vendor, _ = Organisation.objects.get_or_create(name="Parallax VFX", kind="vendor")
    production, _ = Production.objects.get_or_create(title="Harbor", studio=studio)
    client, _ = ApiClient.objects.get_or_create(
        name="Pipeline", organisation=vendor,
        client_type=ApiClient.CLIENT_CONFIDENTIAL, authorization_grant_type=ApiClient.GRANT_CLIENT_CREDENTIALS,
    )  # fmt: skip
    decision = decision or Decision.objects.create(
        production=production, requester=vendor, purpose="release",
        request={"asset_sha256": sha256(received), "units": ["sh114"]},
        request_hash="0" * 64, outcome="permit", answer={}, decision_hash="0" * 64, engine_version="1",
        as_of=SIGNED_AT, known_at=SIGNED_AT, recorded_at=SIGNED_AT,
    )  # fmt: skip
    row = Asset.objects.create(
        production=production, vendor=vendor, client=client, title=title, sha256=sha256(received), size=len(received),
        media_type="image/jpeg", media={}, declaration={}, declaration_hash="0" * 64, decision=decision,
        received_at=SIGNED_AT, storage_key=storage_key, sandbox=sandbox,
    )  # fmt: skip
    KnownContent.objects.create(sha256=row.sha256, asset=row, kind=KnownContent.Kind.UPLOADED)
    return row


def credential(signed=b"signed", received=b"received", *, consent="confirmed", decision: Decision | None = None,
               sandbox: bool = False, **changes) -> Credential:
    """That upload signed and released by Northlight Pictures."""
    row = asset(received, decision=decision, sandbox=sandbox)
    plan = SigningPlan.objects.create(
        asset=row, attempt=1, token=f"t{row.pk}", decision=row.decision, manifest={},
        manifest_hash="0" * 64, certificate_fingerprint="ab" * 32, recorded_at=SIGNED_AT,
    )  # fmt: skip
    values = {
        "asset": row, "plan": plan, "decision": row.decision, "producer": row.production.studio, "title": row.title,
        "media_type": "image/jpeg", "sha256": sha256(signed), "size": len(signed), "storage_key": "signed/x",
        "manifest_label": LABEL, "certificate_fingerprint": "ab" * 32, "development_key": True, "extent": EXTENT,
        "consent": {"version": 1, "state_at_signing": consent}, "grant_heads": {}, "signed_at": SIGNED_AT,
    }  # fmt: skip
    made = Credential.objects.create(**(values | changes))
    KnownContent.objects.create(sha256=made.sha256, asset=row, kind=KnownContent.Kind.SIGNED)
    return made


def again(made: Credential, signed: bytes, received: bytes = b"received", **changes) -> Credential:
    """The same file sent and signed once more."""
    label = f"{made.manifest_label[:-4]}{Credential.objects.count():04x}"
    return credential(signed, received, **{"manifest_label": label, **changes})


def grant_behind(made: Credential, *, term_end: date | None = None, authority: Authority | None = None) -> Grant:
    """A consent of Mira Vale on which the credential's decision stood."""
    studio = made.producer
    ines, _ = User.objects.get_or_create(username="ines")
    mira = Person.objects.create(studio=studio, alias="M. Vale", data_key=new_data_key())
    number = f"C-{Grant.objects.count() + 1}"
    grant = Grant.objects.create(person=mira, studio=studio, number=number, entered_by=ines, recorded_at=SIGNED_AT)
    revision = GrantRevision.objects.create(
        grant=grant, number=1, effective_from=date(2026, 1, 1), term_end=term_end, description="De-aging in Harbor",
        authority=authority, entered_by=ines, recorded_at=SIGNED_AT,
    )  # fmt: skip
    made.decision.revisions.add(revision)
    return grant


def end(grant: Grant, *, mode="prospective_new_use", at: datetime, run_off_to: date | None = None) -> Ending:
    return Ending.objects.create(
        grant=grant, kind="withdrawn", mode=mode, received_at=at, effective_at=at, run_off_to=run_off_to,
        entered_by=grant.entered_by, recorded_at=at,
    )  # fmt: skip
