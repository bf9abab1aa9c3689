"""The report says exactly what a reading and the registry's memory support, and never more."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from provenance.conclusion import STATES, Conclusion, RegistryFacts, TrustLists
from provenance.reading import Reading
from provenance.report import Report, conclude, recall
from provenance.soundness import NOTHING_FOUND
from provenance.statements import consent_text, percent

NOW = datetime(2026, 11, 23, 22, 0, tzinfo=UTC)
HERE, C2PA = "https://registry.example/trust/manifest", "https://registry.example/trust/c2pa"
LISTS = TrustLists(registry_uri=HERE, listed_uri=C2PA, listed_on=date(2026, 8, 5), development=True)
LABEL = "urn:c2pa:39fd2b05-78d1-4ecc-9cde-e42c33a9a40b"
EXTENT = {
    "version": 1,
    "bands_version": "1",
    "headline": {"band": "minor", "text": "AI altered one performer's face."},
    "elements": [{"element": "picture", "band": "minor", "share": 0.0312, "at_least": False}],
    "operations": [{"id": "op-1", "element": "picture", "technique": "de_aging", "generative": True}],
}
FACTS = RegistryFacts(
    found_by="signed_bytes",
    credential="crd_1",
    asset="ast_1",
    title="harbor.jpg",
    producer="Northlight Pictures",
    signed_at=datetime(2026, 7, 14, 9, 41, tzinfo=UTC),
    certificate_fingerprint="ab" * 32,
    development=True,
    extent=EXTENT,
    consent_at_signing="confirmed",
    consent_now="confirmed",
)
FORBIDDEN = ("verified", "true", "authentic", "fake", "assertion", "claim")


def manifest(**changes):
    return {
        "title": "harbor.jpg",
        "claim_generator_info": [{"name": "Countersign", "version": "0.1.0"}],
        "signature_info": {"alg": "Es256", "issuer": "Northlight Pictures", "common_name": "Northlight (development)"},
        "ingredients": [{"title": "plate.jpg", "relationship": "parentOf"}],
        "assertions": [
            {"label": "c2pa.actions.v2", "data": {"allActionsIncluded": True, "actions": [{"action": "c2pa.opened"}]}},
            {"label": "org.countersign.extent", "data": EXTENT},
            {"label": "org.countersign.consent", "data": {"state_at_signing": "confirmed"}},
        ],
        **changes,
    }


def found(*, state="Trusted", uri=HERE, success=(), failure=(), informational=(), active=None, **rest):
    """The dict of a sound reading, with what a test changes."""
    sound = ("signingCredential.trusted", "claimSignature.validated", "assertion.dataHash.match")
    return {
        "state": state,
        "trust_list_uri": uri,
        "active": LABEL,
        "manifests": {LABEL: active or manifest()},
        "codes": {"success": [*(success or sound)], "informational": [*informational], "failure": [*failure]},
        "certificate_fingerprint": "ab" * 32,
        "engine": {"name": "c2pa-rs", "version": "0.91.3"},
        **rest,
    }


ALTERED = found(
    state="Invalid",
    failure=["assertion.dataHash.mismatch"],
    success=["signingCredential.trusted", "claimSignature.validated"],
)
UNTRUSTED = found(
    state="Valid",
    uri="",
    failure=["signingCredential.untrusted"],
    success=["claimSignature.validated", "assertion.dataHash.match"],
)
NONE = {"state": "", "manifests": {}, "active": "", "codes": {}}


def report(reading=None, facts=FACTS, lists=LISTS) -> Report:
    return conclude(Reading.of(found() if reading is None else reading), facts, lists, file="signed.jpg", at=NOW)


def states(a_report):
    return {name: getattr(a_report, name).state for name in STATES}


def test_a_sound_file_of_this_registry():
    assert states(report()) == {
        "integrity": "intact",
        "signature": "valid",
        "trust": "registry",
        "time_stamp": "absent",
        "registry": "registered_matching",
        "extent": "stated",
        "consent": "confirmed",
        "ingredients": "intact",
    }
    assert report().sentence == "AI altered one performer's face."
    assert report().trust.text == "Known to this registry only; not on the C2PA trust list of 5 August 2026."


def test_json_has_one_order_of_keys():
    answer = report().as_dict()
    assert list(answer) == [
        "file",
        "integrity",
        "signature",
        "trust",
        "time_stamp",
        "registry",
        "extent",
        "consent",
        "ingredients",
        "codes",
        "engine",
    ]
    assert json.loads(json.dumps(answer)) == answer
    assert answer["engine"]["checked_at"] == "2026-11-23T22:00:00Z"
    assert answer["registry"]["details"] == {"credential": "crd_1", "asset": "ast_1"}


def test_a_state_outside_its_list_cannot_be_reported():
    with pytest.raises(ValueError, match="trust has no state 'certain'"):
        replace(report(), trust=Conclusion("certain", "…"))


def test_a_tampered_copy_states_nothing_of_the_original():
    tampered = report(ALTERED, replace(FACTS, found_by="manifest"))
    assert states(tampered) | {"registry": "registered_altered"} == states(tampered)
    assert tampered.integrity.state == "altered"
    assert tampered.signature.state == "valid"
    assert (tampered.extent.state, tampered.consent.state, tampered.ingredients.state) == (
        "not_stated",
        "not_stated",
        "none",
    )
    assert "face" not in json.dumps(tampered.as_dict())
    assert tampered.sentence == "This file was changed after it was signed."


def test_a_stripped_copy_is_answered_from_the_record():
    stripped = report(NONE, replace(FACTS, found_by="received_bytes"))
    assert states(stripped) == {
        "integrity": "absent",
        "signature": "absent",
        "trust": "absent",
        "time_stamp": "absent",
        "registry": "registered_stripped",
        "extent": "stated",
        "consent": "confirmed",
        "ingredients": "none",
    }
    assert stripped.sentence == "This content is registered here; this copy lacks its Content Credentials."


def test_nothing_found_is_neutral():
    nothing = report(NONE, RegistryFacts())
    assert (
        nothing.sentence
        == NOTHING_FOUND
        == "No Content Credentials found. That says nothing about whether AI was used."
    )
    assert nothing.registry.state == "unknown"
    assert nothing.extent.state == "not_stated"


def test_a_stranger_is_not_repeated_as_fact():
    stranger = report(UNTRUSTED, RegistryFacts())
    assert (stranger.trust.state, stranger.extent.state, stranger.consent.state) == (
        "untrusted",
        "not_stated",
        "not_stated",
    )
    assert stranger.signature.text == "Signed with a certificate in the name of Northlight Pictures."
    assert stranger.ingredients.details == []
    assert "face" not in json.dumps(stranger.as_dict())


def test_a_stranger_using_the_name_of_our_manifest_is_told_apart():
    assert report(UNTRUSTED, replace(FACTS, found_by="manifest")).registry.state == "registered_altered"


def test_a_listed_signer_using_the_name_of_our_manifest_is_told_apart():
    listed = found(uri=C2PA, certificate_fingerprint="cd" * 32)
    swapped = report(listed, replace(FACTS, found_by="manifest"))
    assert (swapped.trust.state, swapped.registry.state) == ("listed", "registered_altered")


def test_padding_may_differ_when_manifest_and_certificate_are_ours():
    assert report(found(), replace(FACTS, found_by="manifest")).registry.state == "registered_matching"


@pytest.mark.parametrize("uri", ["", "https://registry.example/trust/tsa", "https://c2pa-rs/unknown_trust_list_1"])
def test_trusted_by_another_list_is_not_trusted(uri):
    assert report(found(uri=uri)).trust.state == "untrusted"


def test_valid_without_a_list_is_not_trusted_even_with_empty_settings():
    lists = TrustLists()
    assert report(found(uri=""), RegistryFacts(), lists).trust.state == "untrusted"


@pytest.mark.parametrize(
    ("failure", "text"),
    [
        (
            "signingCredential.expired",
            "The signer's certificate has expired, and no independent time-stamp shows that it signed before.",
        ),
        ("signingCredential.ocsp.revoked", "The signer's certificate was withdrawn by its issuer."),
        ("claimSignature.mismatch", "The signature does not fit what was signed."),
        ("assertion.action.malformed", "The Content Credentials in this file are invalid."),
        ("something.nobody.has.heard.of", "The Content Credentials in this file are invalid."),
    ],
)
def test_every_unknown_failure_makes_the_signature_invalid(failure, text):
    broken = report(found(state="Invalid", failure=[failure]), RegistryFacts())
    assert (broken.signature.state, broken.signature.text, broken.trust.state) == ("invalid", text, "untrusted")
    assert not broken.relied_on
    assert broken.extent.state == "not_stated"


def test_credentials_that_bind_nothing_are_not_intact():
    loose = found(success=["signingCredential.trusted", "claimSignature.validated"])
    assert report(loose, RegistryFacts()).integrity.state == "unreadable"


def test_credentials_elsewhere_are_neither_absent_nor_invalid():
    remote = report({**NONE, "remote_only": True}, RegistryFacts())
    assert remote.integrity.state == "elsewhere"
    assert "were not fetched" in remote.sentence


@pytest.mark.parametrize(
    ("codes", "state"),
    [
        ({}, "absent"),
        ({"success": ["timeStamp.trusted", "timeStamp.validated"]}, "trusted"),
        ({"informational": ["timeStamp.untrusted"], "success": ["timeStamp.validated"]}, "untrusted"),
        ({"failure": ["timeStamp.mismatch"], "success": ["timeStamp.trusted"]}, "untrusted"),
    ],
)
def test_time_stamps(codes, state):
    reading = found()
    for group, more in codes.items():
        reading["codes"][group] += more
    assert report(reading).time_stamp.state == state


def test_a_tampered_ingredient_shows_although_the_file_reads_trusted():
    ingredient = {
        "title": "plate.jpg",
        "relationship": "parentOf",
        "active_manifest": "urn:c2pa:other",
        "validation_results": {"activeManifest": {"failure": [{"code": "assertion.dataHash.mismatch"}]}},
    }
    altered = report(found(active=manifest(ingredients=[ingredient])))
    assert altered.ingredients.state == "altered"
    assert altered.ingredients.details == [{"title": "plate.jpg", "relation": "parentOf", "state": "altered"}]


def test_an_ingredient_below_an_ingredient_is_walked_too():
    reading = found()
    deep = {
        "title": "scan.png",
        "validation_results": {"activeManifest": {"failure": [{"code": "assertion.hashedURI.mismatch"}]}},
    }
    reading["manifests"]["urn:c2pa:other"] = manifest(ingredients=[deep])
    assert (
        report(reading).ingredients.text
        == "2 assets used; 1 of them was changed after signing, before this file was made."
    )


@pytest.mark.parametrize(
    ("element", "state"),
    [
        ({"element": "picture", "band": "minor", "share": 0.03}, "stated"),
        ({"element": "picture", "band": "none_stated", "share": 0}, "stated"),
        ({"element": "picture", "band": "unknown", "share": None}, "partly_stated"),
        ({"element": "picture", "band": "minor", "share": 0.03, "at_least": True}, "partly_stated"),
        ({"element": "picture", "band": "at_least:minor", "share": 0.03}, "partly_stated"),
    ],
)
def test_unknown_is_never_told_as_known(element, state):
    facts = replace(FACTS, extent={**EXTENT, "elements": [element]})
    assert report(found(), facts).extent.state == state


def test_a_producer_without_quantities_is_answered_from_source_types():
    source = "http://cv.iptc.org/newscodes/digitalsourcetype/compositeWithTrainedAlgorithmicMedia"
    actions = [{"action": "c2pa.opened"}, {"action": "c2pa.edited", "digitalSourceType": source}]
    other = manifest(assertions=[{"label": "c2pa.actions.v2", "data": {"actions": actions}}])
    foreign = report(found(uri=C2PA, active=other), RegistryFacts())
    assert (foreign.extent.state, foreign.extent.text) == (
        "partly_stated",
        "Stated by the file's maker, Northlight Pictures: it was edited with AI. How much of it is not stated.",
    )


def test_ai_in_an_asset_used_is_not_lost_by_a_later_edit():
    source = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
    below = {"assertions": [{"label": "c2pa.actions", "data": {"actions": [{"digitalSourceType": source}]}}]}
    used = {"title": "a.png", "active_manifest": "urn:below"}
    later = manifest(assertions=[], ingredients=[used])
    reading = found(uri=C2PA, active=later)
    reading["manifests"]["urn:below"] = below
    assert report(reading, RegistryFacts()).extent.text == (
        "An asset used in this file contains content made with AI, as its own credentials state. "
        "How much of this file that is, is not stated."
    )
    used["validation_results"] = {"activeManifest": {"failure": [{"code": "assertion.dataHash.mismatch"}]}}
    assert report(reading, RegistryFacts()).extent.state == "not_stated"


def test_ingredients_that_name_each_other_end():
    loop = manifest(ingredients=[{"active_manifest": LABEL}], assertions=[])
    assert report(found(active=loop, uri=C2PA), RegistryFacts()).extent.state == "not_stated"


def test_consent_is_told_then_and_now():
    ended = report(facts=replace(FACTS, consent_now="ended"))
    assert ended.consent.as_dict() == {
        "state": "confirmed",
        "text": "On file for everyone whose consent it needs when this was signed; it has since ended. "
        "Works made before may continue.",
        "details": {"at_signing": "confirmed", "now": "ended"},
    }


def test_an_ending_that_stops_everything_promises_nothing():
    assert "may continue" not in consent_text("confirmed", "ended", may_continue=False)


def test_what_the_file_states_of_consent_is_not_taken_for_today():
    elsewhere = report(found(), RegistryFacts())
    assert elsewhere.consent.details == {"at_signing": "confirmed", "now": "not_stated"}
    assert "not known here" in elsewhere.consent.text


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (0, "0 %"),
        (0.0004, "less than 0.1 %"),
        (0.0312, "3.1 %"),
        (0.5, "50.0 %"),
        (0.9999, "more than 99.9 %"),
        (1, "100 %"),
    ],
)
def test_shares_never_round_to_none_or_all(share, text):
    assert percent(share) == text


def test_memory_alone_answers_for_a_fingerprint():
    known = recall(FACTS, LISTS, file="sha256:…", at=NOW)
    assert (known.integrity.state, known.registry.state, known.consent.state) == (
        "intact",
        "registered_matching",
        "confirmed",
    )
    unknown = recall(RegistryFacts(), LISTS, file="sha256:…", at=NOW)
    assert (unknown.integrity.state, unknown.registry.state) == ("unreadable", "unknown")
    assert list(unknown.as_dict()) == list(known.as_dict())


HOSTILE = [
    "<script>alert(1)</script>",
    "a\x00b\r\nc",
    "abc\u202egpj.exe",
    "\ud800",
    "x" * 1_000_000,
    "\u200bhidden",
    "javascript:alert(1)",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_strings_come_out_bounded_and_visible(text):
    bad = manifest(
        title=text,
        claim_generator_info=[{"name": text}],
        signature_info={"issuer": text, "common_name": text, "alg": text},
        ingredients=[{"title": text, "relationship": text}],
        assertions=[
            {"label": "org.countersign.extent", "data": {"headline": {"text": text}, "elements": [{"element": text}]}}
        ],
    )
    answer = json.dumps(report(found(active=bad, uri=HERE), RegistryFacts()).as_dict(), ensure_ascii=False)
    answer.encode()
    assert not any(character in answer for character in "\x00\r\n\u202e\u200b")
    assert len(answer) < 10_000


@pytest.mark.parametrize(
    "manifests",
    [
        None,
        [],
        "x",
        {LABEL: None},
        {LABEL: []},
        {LABEL: {"ingredients": {}, "assertions": [None, 1, {"label": 3, "data": []}]}},
        {
            LABEL: {
                "assertions": [
                    {
                        "label": "c2pa.actions.v2",
                        "data": {"actions": [1, {"softwareAgentIndex": 9}], "softwareAgents": 4},
                    }
                ]
            }
        },
    ],
)
def test_a_reading_of_any_shape_gives_a_report(manifests):
    assert report(found() | {"manifests": manifests}, RegistryFacts()).as_dict()


@pytest.mark.parametrize(
    "facts", [FACTS, RegistryFacts(), replace(FACTS, found_by="manifest"), replace(FACTS, found_by="received_bytes")]
)
@pytest.mark.parametrize(
    "reading", [found(), ALTERED, UNTRUSTED, NONE, {**NONE, "remote_only": True}, {**NONE, "unreadable": "x."}]
)
def test_no_sentence_judges_what_the_file_shows(reading, facts):
    told = report(reading, facts)
    sentences = " ".join([told.sentence, *(getattr(told, name).text for name in STATES)]).lower()
    assert not [word for word in FORBIDDEN if word in sentences], sentences
