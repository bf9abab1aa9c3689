"""A stripped copy leads back to its manifest, an embargoed one answers as one never seen, and programs bind their own.

Through the doors of the Soft Binding Resolution API, with real files; every no stores nothing and speaks to nobody.
"""

import base64
import io
import json
from pathlib import Path
from urllib.parse import urlencode

import iscc_lib
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from jsonschema import Draft202012Validator, validate
from PIL import Image

from provenance import iscc, likeness, trust
from provenance.fingerprint import Code
from provenance.models import Credential, ManifestWithdrawal, SoftBinding, StoredManifest
from registry.models import Event, Production
from tests import cast as people
from tests import receivers, shots
from tests.assets import build, foreign
from tests.provenance import registered

pytestmark = pytest.mark.django_db
BASE = "/api/softbinding/v1"
SCHEMAS = Path(iscc.__file__).parent / "schemas"
DIGITS = "0123456789abcdef" * 4


def asset(name: str) -> bytes:
    return (build.library() / name).read_bytes()


def smaller(content: bytes) -> bytes:
    """The same picture, saved anew at half its size, without credentials."""
    image, target = Image.open(io.BytesIO(content)), io.BytesIO()
    image.convert("RGB").resize((image.width // 2, image.height // 2)).save(target, "JPEG", quality=60)
    return target.getvalue()


def turned(digits: str, bits: int) -> str:
    """A code that differs in so many bits."""
    return f"{int(digits, 16) ^ ((1 << bits) - 1):064x}"


def known(*, public: bool = True, digits: str = DIGITS, **changes) -> Credential:
    made = registered.credential(**changes)
    Production.objects.update(is_public=public)
    likeness.keep(made.asset, [Code("picture", digits)])
    return made


def by_value(client, digits: str, **asked):
    told = {"alg": iscc.ALGORITHM, "value": iscc.value(Code("picture", digits)), **asked}
    return client.get(f"{BASE}/matches/byBinding?{urlencode(told)}")


def post(client, path: str, content, media_type: str = "application/json", **headers):
    body = json.dumps(content) if media_type == "application/json" else content
    return client.generic("POST", f"{BASE}/{path}", body, content_type=media_type, **headers)


def found(answer) -> dict[str, int]:
    assert answer.status_code == 200, answer.content
    return {one["manifestId"]: one["similarityScore"] for one in answer.json()["matches"]}


def refused(answer, status: int, code: str):
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.content
    assert answer["Content-Type"] == "application/problem+json"


# --- values -------------------------------------------------------------------------------------------------------


def test_values_are_iscc_units_as_the_library_writes_them():
    pixels = bytes((x * y) % 251 for x in range(32) for y in range(32))
    for made, kind in ((iscc_lib.gen_image_code_v0(pixels, bits=256).iscc, "picture"),
                       (iscc_lib.gen_text_code_v0("words " * 60, bits=256).iscc, "text")):  # fmt: skip
        code = Code(kind, iscc_lib.iscc_decode(made)[-1].hex())
        assert iscc.written(code) == made
        raw = base64.b32decode(made.removeprefix("ISCC:") + "=")
        assert base64.b64decode(iscc.value(code)) == raw[:34]
        assert iscc.codes(iscc.value(code)) == iscc.codes(made) == (code,)
    # Of several units – content, data, instance, as IEP-0020 joins them – those that can be looked up count.
    data = iscc_lib.gen_data_code_v0(io.BytesIO(b"data" * 100), bits=256).iscc
    joined = base64.b64decode(iscc.value(code)) + base64.b32decode(data.removeprefix("ISCC:") + "=")[:34]
    assert iscc.codes(base64.b64encode(joined).decode()) == (code,)
    assert iscc.codes(base64.b64encode(joined[34:]).decode()) == ()


def packed(data: bytes) -> str:
    return base64.b64encode(data).decode()


@pytest.mark.parametrize("value", [
    "", "!", "AAAA", packed(b"\x21\x07" + b"x" * 31), packed(b"\x21\x01" + b"x" * 32), packed(b"\x51\x07" + b"x" * 32),
    packed((b"\x21\x07" + b"x" * 32) * 17), "ISCC:KAC", "\0",
])  # fmt: skip
def test_what_is_no_value_is_refused(client, value):
    known()
    code = "request.invalid" if value in ("", "\0") else "softbinding.value"
    refused(post(client, "matches/byBinding", {"alg": iscc.ALGORITHM, "value": value}), 400, code)


# --- by binding ---------------------------------------------------------------------------------------------------


def test_a_near_value_finds_the_manifest_with_its_similarity(client):
    made = known()
    assert found(by_value(client, DIGITS)) == {made.manifest_label: 100}
    assert found(by_value(client, turned(DIGITS, 31))) == {made.manifest_label: 87}
    assert found(by_value(client, turned(DIGITS, 90))) == {}
    answer = post(client, "matches/byBinding", {"alg": iscc.ALGORITHM, "value": iscc.value(Code("picture", DIGITS))})
    assert found(answer) == {made.manifest_label: 100} and answer["Access-Control-Allow-Origin"] == "*"


def test_the_nearest_come_first_and_no_more_than_asked_for(client):
    first = known(digits=turned(DIGITS, 9))
    second = registered.again(first, b"signed anew", b"another")
    likeness.keep(second.asset, [Code("picture", DIGITS)])
    assert list(found(by_value(client, DIGITS))) == [second.manifest_label, first.manifest_label]
    assert list(found(by_value(client, DIGITS, maxResults="1"))) == [second.manifest_label]


def test_questions_that_cannot_be_read_say_what_is_wrong(client):
    refused(client.get(f"{BASE}/matches/byBinding?alg=io.iscc.v0"), 400, "request.parameter")
    refused(client.get(f"{BASE}/matches/byBinding?value=AAAA"), 400, "request.parameter")
    refused(by_value(client, DIGITS, maxResults="0"), 400, "request.parameter")
    refused(by_value(client, DIGITS, more="x"), 400, "request.parameter")
    refused(by_value(client, DIGITS, value="A" * 2001), 414, "softbinding.too_long")
    refused(post(client, "matches/byBinding", {"alg": "x", "value": "y" * 2001}), 400, "request.invalid")
    refused(post(client, "matches/byBinding", {"alg": "x"}), 400, "request.invalid")
    refused(post(client, "matches/byBinding", b"<x/>", "text/xml"), 415, "request.media_type")
    assert found(client.get(f"{BASE}/matches/byBinding?alg=com.adobe.trustmark.P&value=0b1c9d")) == {}


@pytest.mark.parametrize("hidden", ["embargoed", "sandbox", "not signed"])
def test_what_nobody_may_see_answers_as_what_was_never_seen_in_bytes_and_in_questions(client, hidden, settings):
    made = known(public=hidden != "embargoed")
    if hidden == "sandbox":
        with connection.cursor() as cursor:
            cursor.execute("DROP TRIGGER IF EXISTS provenance_asset_no_update")
            cursor.execute("UPDATE provenance_asset SET sandbox = 1")
    near, far = DIGITS, turned(DIGITS, 128)
    if hidden == "not signed":
        waiting = registered.asset(b"waits")
        near = turned(DIGITS, 200)
        likeness.keep(waiting, [Code("picture", near)])
    told = {}
    for digits in (near, far):
        with CaptureQueriesContext(connection) as asked:
            answer = by_value(client, digits)
        told[digits] = (answer.status_code, answer.content, sorted(set(answer.headers) - {"X-Request-ID"}), len(asked))
    assert told[near] == told[far] and json.loads(told[near][1]) == {"matches": []}
    if hidden != "not signed":
        one, other = (client.get(f"{BASE}/manifests/{label}") for label in (made.manifest_label, "urn:c2pa:never-seen"))
        refused(one, 404, "softbinding.unknown_manifest")
        assert all(one.json()[name] == other.json()[name] for name in one.json() if name not in ("instance", "request_id"))


# --- by content, and the manifest that is found --------------------------------------------------------------------


@pytest.fixture
def signed(studio, hatch):
    """sh114, signed with its de-aged face in a public work; gives what its vendor is told."""
    people.verified(studio, at=timezone.now())
    Production.objects.update(is_public=True)
    sent = shots.send(hatch, asset("result.jpg"), shots.declaration(studio), plate=asset("plate.jpg"))
    assert sent.status_code == 202, sent.json()
    shots.work()
    return hatch.get(f"/api/v1/assets/{sent.json()['id']}").json()


def test_a_stripped_and_shrunk_copy_leads_to_its_manifest(client, signed, hatch, program, studio, tmp_path):
    made = Credential.objects.get()
    for content, kind in ((smaller(asset("result.jpg")), "image/jpeg"), (asset("result.jpg"), "application/octet-stream")):
        scores = found(post(client, "matches/byContent", content, kind))
        assert list(scores) == [made.manifest_label] and scores[made.manifest_label] > 90
    assert found(post(client, "matches/byContent?alg=io.iscc.v0&maxResults=3", asset("voice.wav"), "audio/wav")) == {}
    assert found(post(client, "matches/byContent", b"\xff\xd8\xff" + b"\0" * 400, "image/jpeg")) == {}

    answer = client.get(f"{BASE}/manifests/{made.manifest_label}")
    assert answer.status_code == 200 and answer["Content-Type"] == "application/c2pa"
    content = b"".join(hatch.get(signed["links"]["content"]).streaming_content)
    (tmp_path / "store.c2pa").write_bytes(answer.content)
    (tmp_path / "signed.jpg").write_bytes(content)
    read = trust.sandbox().read(tmp_path / "signed.jpg", sidecar=tmp_path / "store.c2pa", anchors=trust.anchors())
    assert (read["state"], read["active"]) == ("Trusted", made.manifest_label)
    assert client.get(f"{BASE}/manifests/{made.manifest_label}").content == answer.content
    only = client.get(f"{BASE}/manifests/{made.manifest_label}?returnActiveManifest=true").content
    assert made.manifest_label.encode() in only and len(only) <= len(answer.content)
    (tmp_path / "only.c2pa").write_bytes(only)
    assert trust.sandbox().store_alone(tmp_path / "only.c2pa")["active"] == made.manifest_label

    # The way there is announced where the file and its page are.
    way = f'<http://localhost:8000{BASE}/manifests/{made.manifest_label}>; rel="c2pa-manifest"; type="application/c2pa"'
    for address in (f"/c/{made.public_id}", f"/c/{made.public_id}.json", f"/api/v1/disclosures/{made.public_id}"):
        assert client.get(address)["Link"] == way, address
    assert hatch.get(signed["links"]["content"])["Link"] == way

    # Embargoed, only whoever may see the work reads it, and nothing announces it to others.
    Production.objects.update(is_public=False)
    assert client.get(f"{BASE}/manifests/{made.manifest_label}").status_code == 404
    assert found(post(client, "matches/byContent", asset("result.jpg"), "image/jpeg")) == {}
    assert "Link" not in client.get(f"/c/{made.public_id}") and "Link" not in client.get(f"/api/v1/disclosures/{made.public_id}")
    assert hatch.get(f"{BASE}/manifests/{made.manifest_label}").content == answer.content
    refused(program(studio.parallax, "assets:read").get(f"{BASE}/manifests/{made.manifest_label}"), 403, "client.scope")
    assert program(studio.southgate).get(f"{BASE}/manifests/{made.manifest_label}").status_code == 404
    hatch.credentials(HTTP_AUTHORIZATION="Bearer nonsense")
    assert hatch.get(f"{BASE}/manifests/{made.manifest_label}").status_code == 401


def test_contents_that_cannot_be_looked_at_are_refused(client, settings):
    refused(post(client, "matches/byContent", b"", "image/jpeg"), 422, "media.empty")
    refused(post(client, "matches/byContent", b"x", "multipart/form-data; boundary=x"), 415, "softbinding.media_type")
    refused(post(client, "matches/byContent?alg=com.adobe.icn.dense", b"x", "image/jpeg"), 400, "softbinding.algorithm")
    refused(post(client, "matches/byContent?hintAlg=x", b"x", "image/jpeg"), 400, "request.parameter")
    refused(post(client, "matches/byContent?hintAlg=io.iscc.v0&hintValue=AAAA", b"x", "image/jpeg"), 400, "softbinding.value")
    settings.MAX_UPLOAD_BYTES = 10
    refused(post(client, "matches/byContent", b"x" * 11, "image/jpeg"), 413, "media.too_large")


# --- the page -----------------------------------------------------------------------------------------------------


def checked(client, content: bytes, **asked):
    sent = SimpleUploadedFile("found.jpg", content, content_type="image/jpeg")
    return client.post(f"/verify?{urlencode(asked)}", {"file": sent}).content.decode()


def test_the_page_shows_what_a_copy_may_be_of_side_by_side_and_says_that_it_is_no_proof(client, signed):
    Production.objects.update(shows_places=True)
    made, content = Credential.objects.get(), smaller(asset("result.jpg"))
    page = checked(client, content)
    assert "This may be a copy of “harbor_sh114_v07.jpg”, signed by Northlight Pictures." in page
    assert "That is possible, not proof" in page and f'href="/c/{made.public_id}"' in page
    assert f'src="/c/{made.public_id}/picture.jpg"' in page and 'src="data:image/jpeg;base64,' in page
    assert "Podría ser una copia de «harbor_sh114_v07.jpg»" in checked(client, content, lang="es")
    told = client.post("/api/v1/verifications", {"file": SimpleUploadedFile("found.jpg", content)}).json()
    validate(told, json.loads((SCHEMAS / "report-1.json").read_text()), cls=Draft202012Validator)
    (one,) = told["possible"]
    assert (one["credential"], one["manifest"]) == (made.public_id, made.manifest_label) and one["similarity"] > 90
    assert (told["registry"]["state"], told["integrity"]["state"]) == ("unknown", "absent")

    # Its picture stays away where its producer does not show it; embargoed, or with credentials that hold, nothing is said.
    Production.objects.update(shows_places=False)
    page = checked(client, content)
    assert "This may be a copy of" in page and "picture.jpg" not in page and "data:image/jpeg" not in page
    Production.objects.update(is_public=False)
    page = checked(client, content)
    assert "may be a copy" not in page and made.public_id not in page
    assert "possible" not in client.post("/api/v1/verifications", {"file": SimpleUploadedFile("found.jpg", content)}).json()


# --- what programs keep and bind ----------------------------------------------------------------------------------

ALL = ("fetch:manifests", "store:manifests", "store:bindings")
WATERMARK = "com.adobe.trustmark.P"


def foreign_store(folder) -> tuple[bytes, str]:
    """A manifest store that another maker signed, apart from its picture, and its name."""
    makers = foreign.Makers(folder / "makers")
    try:
        target = folder / "foreign.c2pa"
        makers.box.store(makers.put(foreign.chat_image_today(makers)), target)
        return target.read_bytes(), makers.box.store_alone(target)["active"]
    finally:
        makers.close()


def journalled(tag: str) -> int:
    return Event.objects.filter(tag=tag).count()


def test_a_program_keeps_a_manifest_binds_a_watermark_and_withdraws_it(client, program, studio, tmp_path):
    store, label = foreign_store(tmp_path)
    api = program(studio.parallax, *ALL)
    told = post(api, "manifests", store, "application/c2pa")
    assert (told.status_code, told.json()) == (200, {"manifestId": label}), told.content
    assert post(api, "manifests", store, "application/c2pa").json() == {"manifestId": label}
    assert StoredManifest.objects.count() == journalled("softbinding:manifest_kept") == 1
    assert client.get(f"{BASE}/manifests/{label}").content == store

    bound = {"bindingValue": "0b1c9d", "manifestId": label, "alg": WATERMARK}
    ask = f"{BASE}/matches/byBinding?alg={WATERMARK}&value=0b1c9d"
    assert post(api, "bindings", bound).status_code == 204
    assert found(client.get(ask)) == {label: 100}
    assert found(client.get(f"{BASE}/matches/byBinding?alg=other&value=0b1c9d")) == {}
    assert client.get(f"{BASE}/services/supportedAlgorithms").json()["watermarks"] == [{"alg": WATERMARK}]
    value = iscc.value(Code("picture", DIGITS))
    assert post(api, "bindings", {"bindingValue": value, "manifestId": label, "alg": iscc.ALGORITHM}).status_code == 204
    assert found(by_value(client, turned(DIGITS, 20))) == {label: 92}

    # Nobody else withdraws or binds it, nor keeps another under its name.
    other = program(studio.southgate, *ALL)
    refused(other.delete(f"{BASE}/manifests/{label}"), 404, "softbinding.unknown_manifest")
    refused(post(other, "bindings", bound), 404, "softbinding.unknown_manifest")
    refused(post(other, "manifests", store, "application/c2pa"), 409, "softbinding.kept")
    refused(other.put(f"{BASE}/bindings", bound), 404, "softbinding.unknown_binding")
    assert StoredManifest.objects.count() == 1 and ManifestWithdrawal.objects.count() == 0

    assert api.delete(f"{BASE}/manifests/{label}").status_code == 204
    assert ManifestWithdrawal.objects.count() == journalled("softbinding:manifest_withdrawn") == 1
    refused(client.get(f"{BASE}/manifests/{label}"), 404, "softbinding.unknown_manifest")
    assert found(client.get(ask)) == found(by_value(client, DIGITS)) == {}
    refused(api.delete(f"{BASE}/manifests/{label}"), 404, "softbinding.unknown_manifest")


def test_what_was_signed_here_is_bound_by_its_vendor_found_when_public_and_withdrawn_by_nobody(client, program, studio):
    first = known()
    second = registered.again(first, b"signed anew", b"another")
    api = program(first.asset.vendor, *ALL)
    bound = {"bindingValue": "0b1c9d", "manifestId": first.manifest_label}
    ask = f"{BASE}/matches/byBinding?alg=any&value=0b1c9d"
    assert post(api, "bindings", bound).status_code == 204 and found(client.get(ask)) == {first.manifest_label: 100}
    assert api.put(f"{BASE}/bindings", {**bound, "manifestId": second.manifest_label}).status_code == 204
    assert found(client.get(ask)) == {second.manifest_label: 100}
    Production.objects.update(is_public=False)
    assert found(client.get(ask)) == {}
    refused(api.delete(f"{BASE}/manifests/{first.manifest_label}"), 409, "softbinding.signed_here")
    other = program(studio.southgate, *ALL)
    refused(other.delete(f"{BASE}/manifests/{first.manifest_label}"), 404, "softbinding.unknown_manifest")
    assert SoftBinding.objects.count() == 2 and ManifestWithdrawal.objects.count() == 0


def test_programs_need_their_scopes_and_send_what_can_be_kept(client, program, studio):
    reader = program(studio.parallax, "fetch:manifests")
    for api, status, code in ((client, 401, "client.unauthenticated"), (reader, 403, "client.scope")):
        refused(post(api, "manifests", b"x", "application/c2pa"), status, code)
        refused(post(api, "bindings", {"bindingValue": "x", "manifestId": "y"}), status, code)
        refused(api.delete(f"{BASE}/manifests/urn:c2pa:x"), status, code)
    refused(post(client, "matches/byReference", {}), 401, "client.unauthenticated")
    api = program(studio.parallax, *ALL)
    for content in (b"", b"x", b"\0\0\0\xffjumb" + b"\xff" * 300, b"\0\0\0\x01jumb" * 50, asset("result.jpg")):
        refused(post(api, "manifests", content, "application/c2pa"), 400, "softbinding.no_store")
    refused(post(api, "manifests", b"x", "image/jpeg"), 415, "request.media_type")
    refused(post(api, "manifests?returnReceipt=true", b"x", "application/c2pa"), 400, "softbinding.no_receipts")
    refused(post(api, "bindings", {"bindingValue": "x", "manifestId": "urn:c2pa:x"}), 404, "softbinding.unknown_manifest")
    refused(post(api, "bindings", {"bindingValue": "x\u202e", "manifestId": "y"}), 400, "request.invalid")
    refused(post(api, "bindings", {"bindingValue": "x", "manifestId": "y", "alg": iscc.ALGORITHM}), 400, "softbinding.value")
    tests = program(studio.parallax, *ALL, sandbox=True)
    refused(post(tests, "bindings", {"bindingValue": "x", "manifestId": "y"}), 403, "softbinding.sandbox")
    assert not StoredManifest.objects.exists() and not SoftBinding.objects.exists()


# --- by reference -------------------------------------------------------------------------------------------------


def refer(api, address: str, length: int):
    return post(api, "matches/byReference", {"referenceUrl": address, "assetLength": length})


def test_what_lies_at_an_allowed_address_is_looked_up(signed, program, studio, settings):
    api, content = program(studio.parallax, "fetch:manifests"), smaller(asset("result.jpg"))
    label = Credential.objects.get().manifest_label
    with receivers.opened(receivers.status(200, body=content)) as there:
        settings.OUTBOUND_ALLOWED_HOSTS = [f"127.0.0.1:{there.port}"]
        assert list(found(refer(api, there.address, len(content)))) == [label]
        refused(refer(api, there.address, len(content) - 1), 502, "softbinding.not_fetched")
        refused(refer(api, there.address, len(content) + 1), 502, "softbinding.not_fetched")
        assert [one.line for one in there.got] == ["GET /hook HTTP/1.1"] * 3
        assert not any("authorization" in one.headers for one in there.got)
        refused(refer(api, there.address, 33 * 1024 * 1024), 413, "softbinding.too_large")
        assert len(there.got) == 3
    for manner in (receivers.status(302, Location="http://127.0.0.1/"), receivers.status(404), receivers.answering(b"nonsense")):
        with receivers.opened(manner) as there:
            settings.OUTBOUND_ALLOWED_HOSTS = [f"127.0.0.1:{there.port}"]
            assert refer(api, there.address, 5).status_code == 502
            assert len(there.got) == 1


def test_an_address_inside_is_never_spoken_to(program, studio, settings):
    api = program(studio.parallax, "fetch:manifests")
    settings.OUTBOUND_ALLOWED_HOSTS = []
    with receivers.opened() as there:
        for address in (there.address, f"https://127.0.0.1:{there.port}/", f"https://[::ffff:127.0.0.1]:{there.port}/",
                        f"https://localhost:{there.port}/", "https://169.254.169.254/latest", "file:///etc/passwd",
                        f"https://user:secret@127.0.0.1:{there.port}/"):  # fmt: skip
            answer = refer(api, address, 5)
            assert answer.status_code == 400 and answer.json()["code"].startswith("outbound."), (address, answer.content)
        assert there.got == []


# --- the service --------------------------------------------------------------------------------------------------


def test_the_service_says_where_it_is_and_what_it_can_do(client):
    where = client.get("/.well-known/c2pa-soft-binding-resolution").json()
    assert where["apiEndpoint"].endswith(BASE) and where["c2paSpecificationVersion"] == "2.4"
    site = where["apiEndpoint"].removesuffix(BASE)
    assert client.get(where["statusEndpoint"].removeprefix(site)).json() == {"status": "ok"}
    told = client.get(where["capabilitiesEndpoint"].removeprefix(site)).json()
    assert told["supportedCapabilities"] == ["queryByContent", "queryByReference", "storeManifests", "storeBindings"]
    algorithms = client.get(f"{BASE}/services/supportedAlgorithms").json()
    assert algorithms == {"fingerprints": [{"alg": iscc.ALGORITHM}], "watermarks": []}
    refused(client.get(f"{BASE}/manifests/urn:c2pa:x/receipts"), 404, "softbinding.no_receipts")
    refused(client.get(f"{BASE}/manifests/urn:c2pa:x?returnActiveManifest=maybe"), 400, "request.parameter")
