"""Is the file as it was signed, by whom, on whose word, and is it registered here?

Pure. Each question is a ladder: one condition, one sentence; the first that holds answers. What the credentials state
is for statements.py.
"""

from collections.abc import Mapping
from typing import Any

from provenance.conclusion import Conclusion, RegistryFacts, TrustLists, moment
from provenance.printable import printable
from provenance.reading import Reading, listing, mapping
from provenance.said import Said, day, joined, said

VOUCHED = ("listed", "registry")
# In whose name the sandbox signs (keys.py). Anybody may call themselves so; who does says of themselves that it is a test.
TEST = "Countersign TEST – not for release"
A_TEST = said("This was signed in Countersign’s sandbox: a test, not a statement about a released work.")
NOTHING_FOUND = said("No Content Credentials found. That says nothing about whether AI was used.")
UNREADABLE = said("Content Credentials unavailable or invalid. That says nothing about whether AI was used.")
REMEMBERED = {
    "signed_bytes": said("These are the bytes that were signed."),
    "frame": said("These are the bytes of a frame whose sequence was signed."),
    "record": said("The record of the file as it was signed. Whether a copy is unchanged shows when the copy is checked."),
}

BINDINGS = ("dataHash", "bmffHash", "boxesHash", "collectionHash", "multiAssetHash")
BOUND = tuple(f"assertion.{binding}.match" for binding in BINDINGS)
CHANGED = (
    *(f"assertion.{binding}.mismatch" for binding in BINDINGS),
    "assertion.hashedURI.mismatch",
    "assertion.missing",
    "claimSignature.mismatch",
    "ingredient.hashedURI.mismatch",
)
# Failures that leave bytes and signature as they are: only who signed, or when, is in question.
ABOUT_TRUST = (
    "signingCredential.untrusted",
    "signingCredential.ocsp.inaccessible",
    "signingCredential.ocsp.unknown",
    "timeStamp.",
    "cawg.",
)


def reliable(integrity: Conclusion, signature: Conclusion, trust: Conclusion) -> bool:
    """Whether what the credentials state may be repeated: intact, signed, by a signer somebody here vouches for."""
    return integrity.state == "intact" and signature.state == "valid" and trust.state in VOUCHED


def integrity_of(reading: Reading, facts: RegistryFacts) -> Conclusion:
    if reading.remote_only:
        text = said("This file says that its Content Credentials are kept elsewhere. They were not fetched.")
        return Conclusion("elsewhere", text)

    if reading.unreadable:
        return Conclusion("unreadable", UNREADABLE, {"reason": reading.unreadable})

    if not reading.active:
        return Conclusion("absent", NOTHING_FOUND)

    if facts.found_by == "frame" and reading.has(*BOUND, group="success"):
        return Conclusion("intact", said("A frame as it was signed with its sequence."))

    if facts.found_by == "signed_bytes" and reading.has(*BOUND, group="success"):
        return Conclusion("intact", said("Unchanged since signing."))

    if reading.has(*CHANGED):
        return Conclusion("altered", said("This file was changed after it was signed."))

    if not reading.has(*BOUND, group="success"):
        return Conclusion("unreadable", UNREADABLE, {"reason": said("nothing in them could be checked against the file")})

    return Conclusion("intact", said("Unchanged since signing."))


def signature_of(reading: Reading, facts: RegistryFacts, lists: TrustLists, integrity: Conclusion) -> Conclusion:
    if not reading.active:
        return Conclusion("absent", said("Nothing is signed."))

    # Without a time-stamp, the time of the check counts, and outside the certificate's the manifest is rejected (2.4 §15.8).
    if reading.has("signingCredential.expired", "claimSignature.outsideValidity"):
        text = said("The signer's certificate has expired, and no independent time-stamp shows that it signed before.")
        return Conclusion("invalid", text)

    if reading.has("signingCredential.ocsp.revoked", "signingCredential.revoked"):
        return Conclusion("invalid", said("The signer's certificate was withdrawn by its issuer."))

    if reading.has("signingCredential.invalid"):
        return Conclusion("invalid", said("The signer's certificate is not one that may sign Content Credentials."))

    checked = reading.has("claimSignature.validated", group="success")
    if not checked or reading.has("claimSignature."):
        return Conclusion("invalid", said("The signature does not fit what was signed."))

    others = [code for code in reading.failure if not code.startswith((*ABOUT_TRUST, *CHANGED))]
    if others or (reading.state == "Invalid" and integrity.state == "intact"):
        return Conclusion("invalid", said("The Content Credentials in this file are invalid."))

    vouched = _vouched(reading, lists)
    if not vouched:
        text = said("Signed with a certificate in the name of {name}.", name=_signer(reading, None))
        return Conclusion("valid", text, _signature_details(reading, None))

    ours = facts if _same_signer(reading, facts, unless=vouched == "registry" and facts.known) else None
    return Conclusion("valid", said("Signed by {name}.", name=_signer(reading, ours)), _signature_details(reading, ours))


def trust_of(reading: Reading, lists: TrustLists, signature: Conclusion) -> Conclusion:
    if signature.state == "absent":
        return Conclusion("absent", said("Nothing is signed."))

    if signature.state == "invalid":
        return Conclusion("untrusted", said("An invalid signature vouches for nothing."))

    vouched = _vouched(reading, lists)
    if vouched == "listed":
        if not lists.listed_on:
            return Conclusion("listed", said("On the C2PA trust list."))
        return Conclusion("listed", said("On the C2PA trust list of {day}.", day=day(lists.listed_on)))

    if vouched == "interim":
        text = said("On the C2PA interim trust list, which is closed since January 2026 and was replaced by the trust list.")
        return Conclusion("listed", text, {"interim": True})

    if vouched == "registry":
        return trusted_here(lists, lists.development)

    if signer_name(reading.manifest) == TEST:
        return Conclusion("untrusted", A_TEST, {"sandbox": True})

    return Conclusion("untrusted", said("The signer is on no list known here."))


def trusted_here(lists: TrustLists, development: bool) -> Conclusion:
    details = {"development": True} if development else None
    if not lists.listed_uri:
        text = said("Known to this registry only; no C2PA trust list is loaded here.")
    elif not lists.listed_on:
        text = said("Known to this registry only; not on the C2PA trust list.")
    else:
        text = said("Known to this registry only; not on the C2PA trust list of {day}.", day=day(lists.listed_on))
    return Conclusion("registry", text, details)


def _vouched(reading: Reading, lists: TrustLists) -> str:
    """Which list vouches for the signer: `listed`, `interim`, `registry` or none.

    The library calls signers under its time-stamp roots trusted too, so the list's own URI decides (c2pa-sdk.md §1).
    """
    trusted = reading.has("signingCredential.trusted", group="success")
    if not trusted or reading.has("signingCredential.untrusted") or not reading.trust_list_uri:
        return ""
    known = {lists.listed_uri: "listed", lists.interim_uri: "interim", lists.registry_uri: "registry"}
    return known.get(reading.trust_list_uri, "")


def time_stamp_of(reading: Reading, signature: Conclusion) -> Conclusion:
    if signature.state == "absent":
        return Conclusion("absent", said("Nothing is signed."))

    when = printable(mapping(reading.manifest.get("signature_info")).get("time"))
    if reading.has("timeStamp.trusted", group="success") and not reading.has("timeStamp."):
        text = said("Stamped by an independent time-stamp authority.")
        return Conclusion("trusted", text, {"time": when} if when else None)

    if when or any(reading.has("timeStamp.", group=group) for group in ("success", "informational", "failure")):
        return Conclusion("untrusted", said("A time-stamp is present, from an authority on no list known here."))

    return Conclusion("absent", said("No independent time-stamp."))


def stamped(facts: RegistryFacts) -> Conclusion:
    if facts.time_stamped:
        return Conclusion("trusted", said("An independent time-stamp was checked when this was signed."))
    return Conclusion("absent", said("No independent time-stamp."))


def registry_of(reading: Reading, facts: RegistryFacts, integrity: Conclusion, trust: Conclusion) -> Conclusion:
    if not facts.known:
        return Conclusion("unknown", said("Not known to this registry."))

    if facts.found_by in ("signed_bytes", "frame") and integrity.state != "absent":
        return Conclusion("registered_matching", registered_as(facts), registered(facts))

    if facts.found_by in ("signed_bytes", "frame", "received_bytes"):
        return stripped(facts)

    if integrity.state != "intact":
        text = said("A file with these credentials is registered here; this copy differs from it.")
        return Conclusion("registered_altered", text, registered(facts))

    if trust.state not in VOUCHED or not _same_signer(reading, facts, unless=trust.state == "registry"):
        text = said("These credentials use the name of a record of this registry, but another signer made them.")
        return Conclusion("registered_altered", text, registered(facts))

    return Conclusion("registered_matching", registered_as(facts), registered(facts))


def registered_as(facts: RegistryFacts) -> Said:
    """That it is registered here: as a file, as a sequence of frames, or as a frame of one."""
    if not facts.sequence:
        return said("Registered here.")
    whole = {name: printable(facts.sequence[name]) for name in ("first", "last", "pattern")}
    whole["count"] = printable(facts.sequence["frames"])
    if facts.frames:
        numbers = joined([printable(one["number"]) for one in facts.frames], ", ")
        return said(
            "Registered here. Frame {number} of a sequence of {count}, {first} to {last} ({pattern}).", number=numbers, **whole
        )
    return said("Registered here. A sequence of {count} frames, {first} to {last} ({pattern}).", **whole)


def stripped(facts: RegistryFacts) -> Conclusion:
    text = said("This content is registered here; this copy lacks its Content Credentials.")
    return Conclusion("registered_stripped", text, registered(facts))


def _signer(reading: Reading, ours: RegistryFacts | None) -> str:
    return printable(ours.producer) if ours and ours.producer else signer_name(reading.manifest) or said("an unnamed signer")


def signer_name(manifest: Mapping[str, Any]) -> str:
    info = mapping(manifest.get("signature_info"))
    return printable(info.get("issuer")) or printable(info.get("common_name"))


def _same_signer(reading: Reading, facts: RegistryFacts, *, unless: bool = False) -> bool:
    """Whether the record names the certificate that signed; `unless` answers where nobody tells which it was."""
    if not reading.fingerprint or not facts.certificate_fingerprint:
        return unless
    return reading.fingerprint.lower() == facts.certificate_fingerprint.lower()


def _signature_details(reading: Reading, ours: RegistryFacts | None) -> dict[str, Any]:
    info = mapping(reading.manifest.get("signature_info"))
    generator = mapping(next(iter(listing(reading.manifest.get("claim_generator_info"))), None))
    details = {
        "signed_by": _signer(reading, ours),
        "signed_at": moment(ours.signed_at) if ours else printable(info.get("time")),
        "certificate": printable(info.get("common_name")),
        "algorithm": printable(info.get("alg")).upper(),
        "certificate_ends": printable(mapping(reading.certificate.get("validity")).get("notAfter")),
        "generator": " ".join(filter(None, (printable(generator.get("name")), printable(generator.get("version"))))),
    }
    return {key: value for key, value in details.items() if value}


def signed_by(facts: RegistryFacts) -> dict[str, Any]:
    details = {"signed_by": printable(facts.producer), "signed_at": moment(facts.signed_at)}
    return {key: value for key, value in details.items() if value}


def registered(facts: RegistryFacts) -> dict[str, Any]:
    told: dict[str, Any] = {"credential": facts.credential, "asset": facts.asset}
    if facts.sequence:
        told["sequence"] = dict(facts.sequence)
    if facts.frames:
        told["frames"] = [dict(one) for one in facts.frames]
    return told

