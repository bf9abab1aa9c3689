"""The evidence pack: whole, self-proving, for those who enter; what is damaged is named; hostile names stay text."""

import io
import json
import subprocess
import sys
import zipfile

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from PIL import Image

from consent.models import Evidence
from consent.paper import Paper
from provenance import tasks
from provenance.models import EvidencePack
from registry.models import Event, Membership
from tests import cast as people
from tests.desk import at_the_desk
from tests.provenance import registered, signed

pytestmark = pytest.mark.django_db
REASON = {"reason": "Asked for by the E&O insurer"}


def address(subject):
    return f"/admin/registry/{type(subject).__name__.lower()}/{subject.public_id}/evidence/"


def asked(user, subject):
    """A pack that was asked for at the desk and waits for a worker."""
    answer = at_the_desk(user).post(address(subject), REASON)
    assert answer.status_code == 302, answer.content
    pack = EvidencePack.objects.first()
    assert answer.url == where(pack)
    return pack


def where(pack, file=""):
    return f"/admin/evidence/{pack.public_id}/{file}"


def packed(user, subject, into):
    pack = asked(user, subject)
    tasks.pack_evidence(pack.public_id)
    answer = at_the_desk(user).get(where(pack, "pack.zip"))
    assert answer.status_code == 200 and answer["Content-Type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content))) as archive:
        archive.extractall(into / "pack")
    return into / "pack"


def checked(folder):
    return subprocess.run([sys.executable, "-I", folder / "check_pack.py"], capture_output=True, text=True, timeout=60)


def stored(content):
    return {"storage_key": default_storage.save("signed/x", ContentFile(content)), "sha256": registered.sha256(content)}


def picture():
    out = io.BytesIO()
    Image.new("RGB", (64, 64)).save(out, "JPEG")
    return out.getvalue()


def nothing_was_opened():
    tags = ("evidence_asked", "evidence_packed", "evidence_fetched")
    opened = ["evidence:viewed", *(f"{about}:{tag}" for about in ("production", "person") for tag in tags)]
    return not Event.objects.filter(tag__in=opened).exists() and not EvidencePack.objects.exists()


@pytest.mark.parametrize("whom", ["harbor", "mira"])
def test_the_pack_holds_all_of_it_and_proves_itself(cast, tmp_path, whom):
    made = signed.with_mira(cast, **stored(picture()))
    folder = packed(cast.ines, getattr(cast, whom), tmp_path)
    paper = Evidence.objects.get()
    assert (folder / f"documents/{paper.public_id}.pdf").read_bytes() == people.RIDER.content
    assert (folder / f"decisions/{made.decision.public_id}.pdf").read_bytes().startswith(b"%PDF-")
    kept = json.loads((folder / f"decisions/{made.decision.public_id}.json").read_text())
    assert (kept["hash"], kept["outcome"]) == (made.decision.decision_hash, "permit")
    [told] = json.loads((folder / "credentials.json").read_text())
    assert (told["credential"], told["consent_at_signing"], told["consent_now"]) == (made.public_id, "confirmed", "confirmed")
    assert told["extent_in_words"] == registered.EXTENT["headline"]["text"]
    manifest = json.loads((folder / f"manifests/{made.public_id}.json").read_text())
    assert manifest["read"]["state"] == "absent" and not manifest["not_read"]
    assert "Nothing on file had to be left out" in (folder / "index.html").read_text()
    answer = checked(folder)
    assert answer.returncode == 0, answer.stdout + answer.stderr
    sha256, _, name = (folder / "hashes.txt").read_text().splitlines()[0].partition("  ")
    assert registered.sha256((folder / name).read_bytes()) == sha256


def test_each_paper_opened_and_the_pack_itself_go_on_record_with_the_reason(cast, tmp_path):
    signed.with_mira(cast)
    folder = packed(cast.ines, cast.harbor, tmp_path)
    assert Event.objects.get(tag="evidence:viewed").actor == f"user:{cast.ines.pk}"
    made = Event.objects.get(tag="production:evidence_packed")
    assert (made.chain, made.reason) == (cast.harbor.public_id, REASON["reason"])
    assert json.loads(made.body)["details"] == {"credentials": 1, "decisions": 1, "documents": 1}
    lines = [json.loads(one) for one in (folder / "journal.jsonl").read_text().splitlines()]
    assert {made.hash, Event.objects.get(tag="evidence:viewed").hash} <= {one["hash"] for one in lines}


def test_a_change_in_any_file_or_entry_is_found(cast, tmp_path):
    signed.with_mira(cast)
    folder = packed(cast.ines, cast.harbor, tmp_path)
    whole = (folder / "credentials.json").read_text()
    (folder / "credentials.json").write_text(whole.replace("confirmed", "ended"))
    assert checked(folder).returncode == 1 and "credentials.json is not the file" in checked(folder).stdout
    (folder / "credentials.json").write_text(whole)
    (folder / "more.txt").write_text("put in later")
    assert "more.txt was not in the pack" in checked(folder).stdout
    (folder / "more.txt").unlink()
    journal = (folder / "journal.jsonl").read_text()
    changed = journal.replace("Compared with the paper", "Not compared with it")
    assert changed != journal
    (folder / "journal.jsonl").write_text(changed)
    listed = (folder / "hashes.txt").read_text()
    sums = registered.sha256(journal.encode()), registered.sha256(changed.encode())
    (folder / "hashes.txt").write_text(listed.replace(*sums))
    assert "does not follow from the one before it" in checked(folder).stdout


def test_a_damaged_paper_and_a_signed_file_that_is_gone_are_named_and_the_rest_is_there(cast, tmp_path):
    made = signed.with_mira(cast)
    paper = Evidence.objects.get()
    default_storage.delete(paper.storage_key)
    default_storage.save(paper.storage_key, ContentFile(b"something else"))
    folder = packed(cast.ines, cast.harbor, tmp_path)
    page = (folder / "index.html").read_text()
    assert "What is missing or does not fit" in page and "does not match its hash" in page
    assert "A stored file is not the one that was received" in page
    assert not (folder / "documents").exists() and not Event.objects.filter(tag="evidence:viewed").exists()
    manifest = json.loads((folder / f"manifests/{made.public_id}.json").read_text())
    assert not manifest["read"] and manifest["not_read"] and "planned" in manifest
    assert checked(folder).returncode == 0


def test_a_signed_file_of_other_bytes_is_not_read(cast, tmp_path):
    made = signed.with_mira(cast, **(stored(picture()) | {"sha256": "ab" * 32}))
    folder = packed(cast.ines, cast.harbor, tmp_path)
    assert not json.loads((folder / f"manifests/{made.public_id}.json").read_text())["read"]


def test_hostile_names_stay_text_and_name_no_file(cast, tmp_path):
    evil = "<script>alert(1)</script>\u202e../../etc/passwd"
    grant = people.verified(cast, number="../C-<b>1", papers=(Paper(evil, people.RIDER.content),))
    signed.with_mira(cast, grant, title=evil)
    folder = packed(cast.ines, cast.mira, tmp_path)
    page = (folder / "index.html").read_text()
    assert "<script>" not in page and "<b>1" not in page and "\u202e" not in page and "&lt;script&gt;" in page
    names = [path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()]
    assert not [name for name in names if not name.replace("/", "").replace(".", "").replace("_", "").replace("-", "").isalnum()]
    assert checked(folder).returncode == 0


@pytest.mark.parametrize("role", [Membership.Role.BUSINESS_AFFAIRS, Membership.Role.AUDITOR])
def test_who_only_reads_makes_none(cast, role):
    signed.with_mira(cast)
    user = people.lawyer("uma", "Reed", cast.northlight, role)
    for subject in (cast.harbor, cast.mira):
        assert at_the_desk(user).post(address(subject), REASON).status_code == 403
    assert nothing_was_opened()


def test_another_studio_finds_nothing_to_pack(cast):
    signed.with_mira(cast)
    for subject in (cast.harbor, cast.mira):
        assert at_the_desk(cast.sol).post(address(subject), REASON).status_code == 404
    assert nothing_was_opened()


def test_without_a_reason_nothing_is_opened(cast):
    signed.with_mira(cast)
    assert at_the_desk(cast.ines).post(address(cast.harbor), {"reason": " "}).status_code == 422
    assert nothing_was_opened()


def test_the_pages_of_a_title_and_a_person_lead_to_it(cast):
    for subject in (cast.harbor, cast.mira):
        page = at_the_desk(cast.ines).get(address(subject).removesuffix("evidence/")).content.decode()
        assert address(subject) in page
        page = at_the_desk(cast.ada).get(address(subject).removesuffix("evidence/")).content.decode()
        assert address(subject) not in page and "/admin/usage/" in page
