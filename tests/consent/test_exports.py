"""Records, terms and whole files handed out of the registry: what they say, who may ask, and what erasing leaves of them."""

import io
import json
import re
import zipfile
from datetime import date, timedelta
from pathlib import Path

import jsonschema
import pytest

from consent import determinations, endings, grants
from consent.receipts import dpv, handing_over, issuing, reading
from registry import journal
from registry import people as registry_people
from registry.errors import Invalid, NotAllowed
from registry.models import Event, Membership
from tests import cast as people
from tests.consent.receipts import WHY, believed, given, unpacked

pytestmark = pytest.mark.django_db
NOON = people.NOON
SCHEMA = json.loads((Path(dpv.__file__).parents[1] / "schemas" / "consent-record-1.json").read_text())


@pytest.fixture(autouse=True)
def own_keys(settings, tmp_path):
    settings.DATA_DIR = tmp_path


def handed(cast, grant, form, *, at=NOON, by=None, number=1):
    revision = grant.revisions.get(number=number)
    return handing_over.hand_over(revision, form, by=by or cast.ines, at=at, reason=WHY)


def record(cast, grant, *, at=NOON):
    found = json.loads(handed(cast, grant, "record", at=at).content)
    jsonschema.validate(found, SCHEMA)
    return found


def states(cast, grant, *, at=NOON):
    return [one["@type"] for one in record(cast, grant, at=at)["dpv:hasConsentStatus"]]


# ── ISO/IEC TS 27560 ─────────────────────────────────────────────────────────────────────────────────────────────

GIVEN = ["dpv:ConsentGiven", "dpv:ExpressedConsent"]


def test_a_record_has_every_mandatory_field_and_says_what_is_not_on_file(cast):
    found = record(cast, people.verified(cast))
    assert found["dct:conformsTo"].endswith("dpv-27560#record")
    [studio, vendor] = found["dpv:hasEntity"]
    assert (studio["dpv:hasName"], vendor["dpv:hasName"]) == ("Northlight Pictures", "Parallax VFX")
    assert studio["schema:address"]["schema:addressCountry"] == "US-CA"
    assert vendor["schema:address"]["schema:addressCountry"] == "not on file"
    process = found["dpv:hasProcess"]
    assert [one["@id"] for one in process["dpv:hasPurpose"]] == ["cs:de_aging"]
    assert [one["@id"] for one in process["dpv:hasPersonalData"]] == ["cs:face"]
    assert process["dpv:hasRecipient"] == [studio["@id"], vendor["@id"]]
    [status] = found["dpv:hasConsentStatus"]
    assert status["@type"] == GIVEN and status["dpv:isIndicatedAtTime"] == "2026-05-03"
    assert status["dpv:hasDuration"] == {"@type": "dpv:UntilTimeDuration", "rdf:value": "2028-05-03"}
    assert "Valeska" not in json.dumps(found) and "1974" not in json.dumps(found)


@pytest.mark.parametrize(("kind", "mode", "expected"), [
    ("withdrawn", "prospective_new_use", "dpv:ConsentWithdrawn"),
    ("revoked", "cease_all", "dpv:ConsentRevoked"),
    ("terminated", "no_new_release", "dpv:ConsentRevoked"),
    ("annulled", "annul", "dpv:ConsentInvalidated"),
])  # fmt: skip
def test_each_ending_has_its_state(cast, kind, mode, expected):
    grant = people.verified(cast)
    endings.end(grant, kind=kind, mode=mode, received_at=NOON, effective_at=NOON, by=cast.ines, at=NOON,
                confirmed_by=cast.tobi, reason="Letter")  # fmt: skip
    assert states(cast, grant) == [GIVEN, expected]


def test_each_moment_has_its_state(cast):
    grant = people.verified(cast)
    assert states(cast, grant) == [GIVEN]
    assert states(cast, grant, at=NOON.replace(month=12, year=2029)) == [GIVEN, "dpv:ConsentExpired"]
    later = people.verified(cast, number="C-2", effective_from=date(2027, 1, 1))
    assert states(cast, later) == [GIVEN, "dpv:ConsentGiven"]
    assert states(cast, people.entered(cast, number="C-3")) == [GIVEN, "dpv:ConsentUnknown"]


def test_a_lock_is_unknown_with_a_note_and_lifted_it_is_given(cast):
    grant = people.verified(cast)
    lock = determinations.lock(studio=cast.northlight, subject=grant.public_id, by=cast.ines, at=NOON, reason="Strike")
    [_, stopped] = record(cast, grant)["dpv:hasConsentStatus"]
    assert stopped["@type"] == "dpv:ConsentUnknown" and "lifted" in stopped["dct:description"]
    determinations.lift(lock, by=cast.tobi, at=NOON + timedelta(days=1), reason="Settled")
    assert states(cast, grant, at=NOON + timedelta(days=1)) == [GIVEN]


def test_states_are_those_of_dpvs_own_list():
    pinned = {"Requested", "RequestDeferred", "Refused", "Given", "Withdrawn", "Revoked", "Expired", "Invalidated", "Unknown"}
    assert {state.removeprefix("dpv:Consent") for state in dpv.STATES.values()} <= pinned


# ── ODRL ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_terms_are_permissions_prohibitions_and_duties_with_their_bounds(cast):
    lines = (
        grants.Line(effect="grant", uses=("de_aging",), modalities=("face",), territories=("EU", "US"), acts=("generate",),
                    media=("svod",), languages=("en", "de"), productions=(cast.harbor,), units=("sh114",),
                    content_excluded=("nudity",), start=date(2026, 6, 1)),
        grants.Line(effect="exclude", uses=("voice_clone",), modalities=("voice",), territories=("WORLD",),
                    territories_except=("CN",)),
        grants.Line(effect="approval_required", uses=("merchandising",), modalities=("face",), territories=("WORLD",)),
    )  # fmt: skip
    policy = json.loads(handed(cast, people.verified(cast, lines=lines), "policy").content)
    assert policy["@context"][0] == "http://www.w3.org/ns/odrl.jsonld" and policy["@type"] == "Agreement"
    assert policy["conflict"] == "prohibit"
    [permission], [prohibition], [duty] = policy["permission"], policy["prohibition"], policy["obligation"]
    bounds = {(one["leftOperand"], one["operator"]): one["rightOperand"] for one in permission["constraint"]}
    assert bounds == {
        ("purpose", "isAnyOf"): ["cs:de_aging"], ("cs:modality", "isAnyOf"): ["cs:face"],
        ("spatial", "isAnyOf"): ["EU", "US"], ("media", "isAnyOf"): ["svod"], ("language", "isAnyOf"): ["de", "en"],
        ("cs:production", "isAnyOf"): ["Harbor"], ("cs:unit", "isAnyOf"): ["sh114"],
        ("cs:content", "isNoneOf"): ["cs:nudity"],
        ("dateTime", "gteq"): {"@value": "2026-06-01", "@type": "xsd:date"},
        ("dateTime", "lt"): {"@value": "2028-05-03", "@type": "xsd:date"},
    }  # fmt: skip
    assert permission["action"] == ["cs:generate"]
    assert "cs:train" in prohibition["action"]
    spatial = [one for one in prohibition["constraint"] if one["leftOperand"] == "spatial"]
    assert spatial == [{"leftOperand": "spatial", "operator": "isNoneOf", "rightOperand": ["CN"]}]
    assert duty["action"] == "obtainConsent" and duty["consentingParty"] == policy["assigner"]


def test_every_word_of_ours_is_explained_in_the_open(cast, client):
    vocabulary = client.get("/vocabulary")
    assert vocabulary["Content-Type"] == "application/ld+json"
    explained = {one["@id"].rpartition("#")[2] for one in vocabulary.json()["@graph"]}
    lines = tuple(
        grants.Line(effect=effect, uses=("de_aging",), modalities=("face",), territories=("EU",), units=("sh114",),
                    content_excluded=("nudity",), productions=(cast.harbor,))
        for effect in ("grant", "exclude", "approval_required")
    )  # fmt: skip
    grant = people.verified(cast, lines=lines)
    copies = [json.loads(handed(cast, grant, form).content) for form in ("policy", "record")]
    copies.append(unpacked(given(cast, grant))[1])
    for copy in copies:
        used = set(re.findall(r'"cs:(\w+)"', json.dumps(copy)))
        assert used and used <= explained


@pytest.mark.parametrize("name", ["receipt-1", "consent-record-1"])
def test_our_schemas_are_published(client, name):
    answer = client.get(f"/schemas/{name}.json")
    assert answer.status_code == 200 and answer.json()["$id"] == f"/schemas/{name}.json"
    jsonschema.Draft202012Validator.check_schema(answer.json())


# ── Who may ask, and what is written down ────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("form", handing_over.FORMS)
def test_each_copy_is_on_the_record_with_its_reason(cast, form):
    grant = people.verified(cast)
    handed(cast, grant, form)
    last = journal.chain(grant.public_id).last()
    assert (last.tag, last.reason, last.actor_name) == ("grant:handed_over", WHY, "Ines Roth")
    assert json.loads(last.body)["details"]["form"] == form


@pytest.mark.parametrize("who", ["ada", "sol"])
def test_nobody_else_gets_a_copy(cast, who):
    grant, before = people.verified(cast), Event.objects.count()
    for form in handing_over.FORMS:
        with pytest.raises(NotAllowed):
            handed(cast, grant, form, by=getattr(cast, who))
    with pytest.raises(NotAllowed):
        handing_over.answer_access_request(cast.mira, by=getattr(cast, who), at=NOON, reason=WHY)
    assert Event.objects.count() == before


def test_a_form_of_copy_that_there_is_not_is_refused(cast):
    grant, before = people.verified(cast), Event.objects.count()
    with pytest.raises(Invalid):
        handed(cast, grant, "passport")
    assert Event.objects.count() == before


@pytest.mark.parametrize("reason", ["", "  "])
def test_without_a_reason_nothing_is_handed_out_and_no_receipt_made(cast, reason):
    grant, before = people.verified(cast), Event.objects.count()
    with pytest.raises(journal.ReasonRequired):
        handing_over.hand_over(grant.revisions.get(), "receipt", by=cast.ines, at=NOON, reason=reason)
    with pytest.raises(journal.ReasonRequired):
        handing_over.answer_access_request(cast.mira, by=cast.ines, at=NOON, reason=reason)
    assert Event.objects.count() == before and not hasattr(grant.revisions.get(), "receipt")


# ── Everything about one person ──────────────────────────────────────────────────────────────────────────────────


def answered(cast, *, at=NOON):
    document = handing_over.answer_access_request(cast.mira, by=cast.ines, at=at, reason=WHY)
    archive = zipfile.ZipFile(io.BytesIO(document.content))
    assert archive.testzip() is None
    return {name: archive.read(name).decode() for name in archive.namelist()}


def test_an_access_request_brings_all_of_it_and_says_so_in_words(cast, client):
    people.verified(cast)
    people.entered(cast, number="C-2")
    files = answered(cast)
    assert set(files) == {
        "index.html", "person.json", "journal.json", "receipt-keys.json", "consent-1/record.jsonld",
        "consent-1/terms-revision-1.odrl.jsonld", "consent-1/receipt-revision-1.vc.jwt", "consent-2/record.jsonld",
        "consent-2/terms-revision-1.odrl.jsonld",
    }  # fmt: skip
    assert believed(client, files["consent-1/receipt-revision-1.vc.jwt"])["credentialSubject"]["production"] == "Harbor"
    jsonschema.validate(json.loads(files["consent-1/record.jsonld"]), SCHEMA)
    known = json.loads(files["person.json"])
    assert (known["legal_name"], known["born_on"]) == ("Miranda Valeska", "1974-03-02")
    page = files["index.html"]
    assert "Consent C-0142: In force" in page and "Consent C-2: Awaiting a second lawyer" in page
    assert "Miranda Valeska" in page and 'href="consent-1/record.jsonld"' in page and "<script" not in page


def test_it_holds_what_happened_and_not_who_of_the_studio_did_it(cast):
    grant = people.verified(cast)
    files = answered(cast)
    events = json.loads(files["journal.json"])
    tags = [one["what"] for one in events]
    assert {"grant:entered", "grant:verified", "receipt:issued", "person:access_answered"} <= set(tags)
    assert {one["hash"] for one in events} >= {event.hash for event in journal.chain(grant.public_id)}
    for name in ("Ines", "Roth", "Tobi", "Okafor"):
        assert all(name not in text for text in files.values())


def test_hostile_words_stay_words(cast):
    evil = "<script>alert(1)</script>"
    people.verified(cast, number="../../C", description=evil)
    type(cast.harbor).objects.update(title=evil)
    files = answered(cast)
    assert evil not in files["index.html"] and "&lt;script&gt;" in files["index.html"]
    assert all(".." not in name and not name.startswith("/") for name in files)


def test_another_persons_consents_are_not_in_it(cast):
    grants.enter(person=cast.jon, studio=cast.northlight, production=cast.harbor, number="C-JON", kind="rider",
                 terms=people.terms(), by=cast.ines, at=NOON, reason="Rider")  # fmt: skip
    files = answered(cast)
    assert all("C-JON" not in text and cast.jon.public_id not in text for text in files.values())
    assert "No consent is on file" in files["index.html"]


# ── Erasing ──────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def erased(cast):
    grant = people.verified(cast)
    given(cast, grant)
    Membership.objects.create(user=cast.ada, organisation=cast.northlight, role=Membership.Role.DPO)
    registry_people.erase(cast.mira, by=cast.ada, at=NOON, reason="Asked for in writing")
    cast.mira.refresh_from_db()
    grant.refresh_from_db()
    return grant


def test_erased_the_exports_say_so_and_the_chains_verify(cast, erased):
    found = record(cast, erased)
    assert found["dpv:hasDataSubject"]["dct:description"] == "erased"
    assert found["dpv:hasNotice"]["dct:description"] == "erased"
    files = answered(cast)
    assert json.loads(files["person.json"])["legal_name"] == "erased"
    assert "has been erased" in files["index.html"]
    assert not [name for name in files if "receipt-revision" in name]
    for private in ("Valeska", "1974", "M. Vale", people.terms().description):
        assert all(private not in text for text in files.values())
    assert journal.broken_links() == []


def test_erased_no_receipt_is_handed_out(cast, erased):
    before = Event.objects.count()
    with pytest.raises(issuing.Erased):
        handed(cast, erased, "receipt")
    assert Event.objects.count() == before


def test_never_known_is_not_erased(cast):
    assert not reading.is_erased(cast.mira)
    registry_people.correct(cast.mira, legal_name="", birth_date=None, by=cast.ines, at=NOON, reason="Entered by mistake")
    cast.mira.refresh_from_db()
    assert json.loads(answered(cast)["person.json"])["legal_name"] == "not on file"
