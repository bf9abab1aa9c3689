"""A program of the sandbox gets all that is done in earnest, and nothing of it is known to anybody else, or touches them."""

import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import URLPattern, get_resolver
from django.utils import timezone

from consent.models import Decision
from provenance import audit, changes, heritage, keys, trust
from provenance.models import Asset, Change, Likeness, SigningJob
from registry.models import Event, Production
from tests import cast as people
from tests import shots
from tests.assets import build
from tests.desk import at_the_desk

pytestmark = pytest.mark.django_db


@pytest.fixture
def trying(studio, program):
    """Parallax's program of the sandbox."""
    return program(studio.parallax, sandbox=True)


@pytest.fixture
def again(studio, program, trying):
    """Another one of it."""
    return program(studio.parallax, sandbox=True)


def declared(api, alias="Permit Person", **changes):
    [work] = api.get("/api/v1/productions").json()["results"]
    found = {one["alias"]: one["id"] for one in api.get(f"/api/v1/productions/{work['id']}").json()["people"]}
    return {
        "version": 1, "production": work["id"], "unit": "sb010", "title": "harbor_sh114_v07.jpg",
        "operations": [shots.de_aging()],
        "depictions": [{"id": "mira", "person": found[alias], "role": "target_likeness", "modality": "face"}], **changes,
    }  # fmt: skip


def nobody(api, **changes):
    """Declared: nothing was done by AI, and nobody is in it."""
    [work] = api.get("/api/v1/productions").json()["results"]
    return {"version": 1, "production": work["id"], "title": "nobody.jpg", **changes}


def signed(api, content, declaration):
    """The asset, sent, signed and fetched."""
    sent = shots.send(api, content, declaration)
    assert sent.status_code == 202, sent.content
    shots.work()
    asset = Asset.objects.get(public_id=sent.json()["id"])
    assert SigningJob.objects.get(asset=asset).state == "signed"
    return asset, shots.fetched(api, asset.public_id)


# --- signed by nobody ---------------------------------------------------------------------------------------------


def test_it_is_signed_and_reads_everywhere_as_the_test_it_is(trying, again, studio, program, tmp_path):
    asset, content = signed(trying, build.result_jpg(), declared(trying))
    told = trying.get(f"/api/v1/assets/{asset.public_id}").json()
    assert asset.sandbox and told["sandbox"] and "credential" not in told["links"]
    assert told["extent"]["headline"]["band"] == "partial" and asset.production.studio.sandbox_of == studio.parallax
    report = shots.checked(Client(), content)
    assert (report["integrity"]["state"], report["signature"]["state"]) == ("intact", "valid")
    assert (report["trust"]["state"], report["trust"]["details"]) == ("untrusted", {"sandbox": True})
    assert report["trust"]["text"].startswith("This was signed in Countersign’s sandbox: a test, not a statement")
    assert report["registry"]["state"] == "unknown" and report["extent"]["state"] == "not_stated"
    assert "Countersign TEST – not for release" in report["signature"]["text"]
    page = Client().post("/verify", {"file": SimpleUploadedFile("signed.jpg", content)}).content.decode()
    assert "signed in Countersign’s sandbox: a test, not a statement about a released work" in page
    (tmp_path / "signed.jpg").write_bytes(content)
    read = trust.sandbox().read(tmp_path / "signed.jpg", "image/jpeg", anchors=trust.anchors())
    assert read["state"] == "Valid" and "signingCredential.untrusted" in str(read["codes"]["failure"])
    read = trust.sandbox().read(tmp_path / "signed.jpg", "image/jpeg", anchors=trust.anchors_for(asset))
    assert read["state"] == "Trusted"
    assert again.get(f"/api/v1/assets/{asset.public_id}").status_code == 200
    other = program(studio.umbra, sandbox=True)
    assert other.get(f"/api/v1/assets/{asset.public_id}").json()["code"] == "asset.unknown"
    assert other.get("/api/v1/assets").json()["results"] == []


def test_no_key_of_one_side_signs_for_the_other(trying, studio, hatch, settings, tmp_path):
    asset, _ = signed(trying, build.result_jpg(), declared(trying))
    asset.production.studio.key_reference = studio.northlight.key_reference
    at = timezone.now()
    assert trust.signer_for(asset, at=at).chain_pem.count("BEGIN CERTIFICATE") == 2
    assert trust.signer_for(asset, at=at).fingerprint == asset.credential.certificate_fingerprint
    assert trust.signer_for(asset, at=at).name.startswith("Countersign TEST – not for release")
    real = shots.send(hatch, build.turned_jpg(), nobody(hatch))
    real = Asset.objects.get(public_id=real.json()["id"])
    real.production.studio.key_reference = f"test:{studio.northlight.public_id}"
    with pytest.raises(keys.KeyUnavailable, match="signs nothing that is real"):
        trust.signer_for(real, at=at)
    settings.TRUST_ANCHORS = str(tmp_path / "roots.pem")
    (tmp_path / "roots.pem").write_text(keys.root_pem(settings.DATA_DIR / "keys"))
    assert trust.signer_for(asset, at=at).development, "in production too"
    assert not list(audit.faults(files=False))
    columns = {one.attname: getattr(asset, one.attname) for one in Asset._meta.fields if one.name not in ("id", "public_id")}
    wrong = Asset.objects.create(**columns | {"sandbox": False})
    assert [one for one in audit.faults(files=False) if one.startswith(wrong.public_id)]


# --- known to nobody ----------------------------------------------------------------------------------------------


def addresses():
    """Every address of the house with a place to be filled, as text with {} for each of them."""

    def walk(patterns, before=""):
        for one in patterns:
            route = before + str(one.pattern)
            if isinstance(one, URLPattern):
                yield route
            else:
                yield from walk(one.url_patterns, route)

    found = {re.sub(r"<[^>]+>", "{}", route) for route in walk(get_resolver().url_patterns)}
    return sorted(route for route in found if "{}" in route and "(?P" not in route)


def without(answer, *named):
    """An answer's status and bytes, but for what tells one asking from another: the name asked for, and the request's id."""
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    for one in named:
        body = body.replace(one.encode(), b"it")
    return answer.status_code, re.sub(rb"req_[\w-]+|value=\"\w{64}\"|nonce=\W[\w=+/-]+|\d{4}-\d\d-\d\dT[\d:.]+Z", b"", body)


def test_to_everybody_else_it_is_as_unknown_as_what_never_was(trying, hatch, studio):
    """Every address there is, asked by a stranger, by the vendor's own real program and by a lawyer of the studio."""
    asset, content = signed(trying, build.result_jpg(), declared(trying))
    credential = asset.credential
    told = {
        credential.public_id: "crd_0000000000000000000000", asset.public_id: "ast_0000000000000000000000",
        asset.production.public_id: "prd_0000000000000000000000", asset.decision.public_id: "dec_0000000000000000000000",
        credential.sha256: "0" * 64, asset.sha256: "1" * 64,
    }  # fmt: skip
    desk = at_the_desk(studio.ines)
    asked = 0
    for route in addresses():
        askers = [Client(), hatch] if route.startswith("api/") else [Client()]
        if route.startswith("admin/"):
            askers = [desk] if route.startswith(("admin/provenance/asset/", "admin/registry/production/")) else []
        for asker in askers:
            for known, unknown in told.items():
                answers = [without(asker.get("/" + route.replace("{}", one)), one) for one in (known, unknown)]
                assert answers[0] == answers[1], (route, known)
                asked += 1
    assert asked > 100
    for known in (credential.sha256, asset.sha256):
        answer = Client().post("/api/v1/disclosures/by-hash", {"sha256": [known]}, content_type="application/json").json()
        assert answer["results" if "results" in answer else "answers"] == [{"sha256": known, "state": "unknown"}]
    # The very bytes that were sent, without credentials.
    bare = shots.checked(Client(), build.result_jpg())
    assert bare["registry"]["state"] == "unknown" and credential.public_id not in str(bare)
    for listed in ("/api/v1/assets", "/api/v1/productions", "/api/v1/disclosures"):
        assert asset.public_id not in hatch.get(listed).content.decode()
        assert "The sandbox" not in hatch.get(listed).content.decode()
    # Not even if somebody made its production public.
    Production.objects.filter(pk=asset.production_id).update(is_public=True, shows_places=True)
    changes.note(at=timezone.now() + timedelta(days=1))
    assert not changes.public().exists() and not Change.objects.exists()
    named = credential.public_id
    for address in (f"/c/{named}", f"/c/{named}.json", f"/c/{named}/picture.jpg", f"/t/{asset.production.public_id}"):
        assert Client().get(address).status_code == 404
    for page in ("/admin/", "/admin/provenance/asset/", "/admin/registry/production/", "/admin/registry/person/"):
        shown = desk.get(page).content.decode()
        assert asset.public_id not in shown and "Permit Person" not in shown and "The sandbox" not in shown


# --- and touches nobody -------------------------------------------------------------------------------------------


def test_what_was_sent_there_binds_holds_and_refuses_nothing_real(trying, hatch, studio):
    """The very bytes, the signed file and one that looks alike, each declared in earnest with nothing of it."""
    _, content = signed(trying, build.result_jpg(), declared(trying))
    signed(hatch, build.result_jpg(), nobody(hatch))
    assert not Likeness.objects.exists()
    alike = shots.send(hatch, build.turned_jpg(), nobody(hatch))
    assert alike.json()["state"] == "received" and not Likeness.objects.exists()
    # The file itself says that AI was used: that counts as any stranger's word does, and the record adds nothing to it.
    refused = shots.send(hatch, content, nobody(hatch))
    assert refused.json()["code"] == "provenance.laundering" and "op-1" not in refused.content.decode()
    people.verified(studio, at=timezone.now())
    said = shots.declaration(studio, ingredients=[], operations=[shots.de_aging()])
    real, _ = signed(hatch, content, said)
    assert heritage.of(real).carriers == ()


def test_what_is_real_binds_and_holds_nothing_there(trying, hatch, studio):
    people.verified(studio, at=timezone.now())
    said = shots.declaration(studio, ingredients=[], operations=[shots.de_aging()])
    real, _ = signed(hatch, build.result_jpg(), said)
    tried = shots.send(trying, build.result_jpg(), nobody(trying))
    assert tried.json()["state"] == "received", tried.content
    assert not Likeness.objects.exists()
    cited = nobody(trying, ingredients=[{"id": "src", "relation": "inputTo", "asset": real.public_id}])
    assert shots.send(trying, build.turned_jpg(), cited).json()["code"] == "declaration.unknown_asset"


def test_nobody_in_earnest_cites_it_either(trying, hatch):
    asset, _ = signed(trying, build.result_jpg(), declared(trying))
    cited = nobody(hatch, ingredients=[{"id": "src", "relation": "inputTo", "asset": asset.public_id}])
    kept = Asset.objects.count()
    assert shots.send(hatch, build.turned_jpg(), cited).json()["code"] == "declaration.unknown_asset"
    sent_there = shots.send(hatch, build.turned_jpg(), declared(trying))
    assert sent_there.json()["code"] == "production.unknown" and Asset.objects.count() == kept


def test_within_it_the_same_binds_as_in_earnest(trying, again):
    signed(trying, build.result_jpg(), declared(trying))
    assert shots.send(again, build.result_jpg(), nobody(again)).json()["code"] == "provenance.laundering"
    alike = shots.send(again, build.turned_jpg(), nobody(again))
    assert alike.json()["state"] in ("held", "received")


# --- answers in the place of a desk -------------------------------------------------------------------------------


def answered(api, asset, said):
    return api.post(f"/api/v1/assets/{asset}/sandbox-answer", {"answer": said}, format="json")


def test_what_is_held_is_answered_by_its_own_program_and_written_down(trying):
    held = shots.send(trying, build.result_jpg(), declared(trying, "Needs Counsel Person")).json()
    assert held["state"] == "held" and held["problem"]["code"] == "consent.approval_missing"
    told = answered(trying, held["id"], "accept")
    assert (told.status_code, told.json()["state"]) == (200, "received")
    shots.work()
    assert trying.get(f"/api/v1/assets/{held['id']}").json()["state"] == "signed"
    tags = list(Event.objects.filter(chain=held["id"]).order_by("sequence").values_list("tag", flat=True))
    assert tags == ["asset:held", "asset:sandbox_answer", "asset:released_to_signing", "asset:signed"]
    assert answered(trying, held["id"], "refuse").json()["code"] == "asset.state"


def test_a_use_without_a_word_takes_both_lawyers_that_there_are(trying):
    other = declared(trying, operations=[shots.de_aging(technique="other", description="Something new")])
    sent = shots.send(trying, build.result_jpg(), other)
    assert sent.json()["code"] in ("consent.needs_counsel", "consent.out_of_scope")
    unidentified = nobody(trying, operations=[shots.de_aging()], depictions=[
        {"id": "mira", "unidentified": True, "role": "target_likeness", "modality": "face"}])  # fmt: skip
    held = shots.send(trying, build.turned_jpg(), unidentified).json()
    assert held["state"] == "held" and held["problem"]["code"] == "consent.unidentified"
    assert answered(trying, held["id"], "accept").json()["state"] == "received"
    decision = Decision.objects.get(public_id=held["decision"])
    assert decision.production.studio.sandbox_of is not None


def test_another_answer_is_none_and_refused_it_stays_so_and_nothing_is_signed(trying):
    held = shots.send(trying, build.result_jpg(), declared(trying, "Needs Counsel Person")).json()
    for said in ("perhaps", "", None, ["accept"]):
        assert answered(trying, held["id"], said).json()["code"] == "request.invalid"
    told = answered(trying, held["id"], "refuse").json()
    assert (told["state"], told["problem"]["code"]) == ("refused", "consent.refused_by_desk")
    shots.work()
    assert shots.nothing_released()


def test_nothing_real_is_answered_so(trying, hatch, studio):
    unidentified = nobody(hatch, operations=[shots.de_aging()], depictions=[
        {"id": "mira", "unidentified": True, "role": "target_likeness", "modality": "face"}])  # fmt: skip
    held = shots.send(hatch, build.result_jpg(), unidentified).json()
    assert held["state"] == "held"
    assert answered(hatch, held["id"], "accept").json()["code"] == "client.not_sandbox"
    assert answered(trying, held["id"], "accept").json()["code"] == "asset.unknown"
    assert hatch.get(f"/api/v1/assets/{held['id']}").json()["state"] == "held" and shots.nothing_released()
