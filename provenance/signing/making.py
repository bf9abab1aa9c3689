"""The key is used, and what it made is read back by another reader before it is kept under its hash."""

from django.conf import settings

from provenance import manifest, sequence_index, sequences, shelf, signals, trust
from provenance.media.xmp import READ
from provenance.reading import Reading
from provenance.sandbox import SignRequest
from provenance.signing.work import NotTrusted, Work, planned

FROM_UNKNOWN = "mediaUnknownProvenance"  # of an ingredient, so it shows only once that has been added


def make(work: Work) -> None:
    """5. Sign file to file in a child that holds no key: it asks for the signature here."""
    work.result = work.folder / "result"
    where = {"sidecar_destination": work.result} if work.sidecar else {"destination": work.result}
    request = SignRequest(
        source=work.to_sign or work.source, media_type=work.asset.media_type, manifest=work.plan.manifest,
        intent=work.intent,
        ingredients=work.ingredients, chain_pem=work.signer.chain_pem, alg=work.signer.algorithm,
        tsa_url=settings.TIMESTAMP_URL or None, anchors=trust.anchors_for(work.asset), **where,
    )  # fmt: skip
    work.made = trust.sandbox().sign(request, work.signer.sign)


def read_back(work: Work) -> None:
    """6. Read the result with another reader: trusted by this registry's own roots, saying just what was planned,
    and with the history the upload came with."""
    file, sidecar = (work.source, work.result) if work.sidecar else (work.result, None)
    told = trust.sandbox().read(file, work.asset.media_type, sidecar=sidecar, anchors=trust.anchors_for(work.asset))
    reading = Reading.of(told)
    work.time_stamped = told["time_stamp"]["state"] == "trusted"
    _must(reading.state == "Trusted", f"it reads {reading.state}, {', '.join(reading.failure[:3])}")
    _must(reading.active == work.made["manifest_label"], "another manifest is active than the one just made")
    _must(reading.fingerprint == work.signer.fingerprint, "another certificate signed it")
    before = work.asset.media["active_manifest"]
    _must(not before or before in reading.manifests, "the history the upload came with is gone")
    sequence = (sequence_index.LABEL,) if sequences.of(work.asset) else ()
    for label in (manifest.EXTENT_LABEL, manifest.CONSENT_LABEL, *sequence):
        _must(reading.assertion(label) == planned(work.plan, label), f"{label} is not what was planned")
    actions = set(signals.of(work.plan.manifest).names)
    _must(set(signals.of(reading.manifest).names) - {FROM_UNKNOWN} == actions, "its actions read otherwise than planned")
    said = work.plan.metadata.get("properties", {})
    _must(all(reading.metadata.get(READ[name]) == value for name, value in said.items() if name in READ),
          "its metadata is not what was planned")  # fmt: skip
    _must(work.time_stamped or not settings.TIMESTAMP_URL, "it has no trusted time-stamp")


def _must(holds: bool, why: str) -> None:
    if not holds:
        raise NotTrusted(why)


def store(work: Work) -> None:
    """7. Keep the result under its hash. A sidecar lies beside the bytes as they were received."""
    kept = shelf.keep_by_hash(work.result, "signed", work.made["signed_sha256"])
    work.key, work.sidecar_key = (work.asset.storage_key, kept) if work.sidecar else (kept, "")
