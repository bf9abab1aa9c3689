"""Every address of the desk, asked by nobody, by each role and by another studio's lawyer; and what no page lets through."""

import csv
import io

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import Client
from django.urls import get_resolver, reverse
from django.utils import timezone

from consent import clearance, determinations, records
from consent.facts import Depiction
from consent.models import Grant, GrantRevision, PackAdoption, Statement
from consent.performer import links, words
from provenance import concerns, distribution
from provenance.models import Asset, EvidencePack, SigningJob
from provenance.outputs import packing
from provenance.outputs.evidence import About
from registry import people as registry_people
from registry import permissions
from registry.models import ApiClient, Authority, Event, Membership, Person, Production, Unit, User
from tests import cast as people
from tests import riders, spreadsheets
from tests.assets import build
from tests.desk import at_the_desk, minutes_later
from tests.provenance import otherwise, registered

pytestmark = pytest.mark.django_db
Role = Membership.Role
LEGAL = permissions.READS_CONSENT
PEOPLE = (*LEGAL, Role.DPO)
WORKS = (*LEGAL, Role.DPO, Role.OPERATOR)
ASSETS = (*LEGAL, Role.OPERATOR)

# Who may open it (GET). Whoever may read the row but not this page of it gets a 403.
MAY = {
    "desk": permissions.DESK, "admin:index": permissions.DESK, "running-out": LEGAL,
    "distribution": LEGAL, "retention": PEOPLE, "distribution-errand": LEGAL, "distribution-notice": LEGAL,
    "figures": ASSETS, "figures-export": ASSETS,
    "turning-18": permissions.READS_PERSONAL_DATA, "concerns": permissions.ENTERS, "concern-at-desk": permissions.ENTERS,
    "asset-answer-measured": permissions.ENTERS, "asset-measured-picture": LEGAL,
    "compare-asset": permissions.ENTERS, "asset-likeness-picture": LEGAL,
    "ending": permissions.ENTERS, "decide-asset": permissions.ENTERS, "propose-determination": permissions.ENTERS,
    "consent-copies": permissions.ENTERS, "access-request": permissions.READS_PERSONAL_DATA,
    "usage-report": LEGAL, "usage-report-export": LEGAL, "human-performance": LEGAL, "human-performance-pdf": LEGAL,
    "copyright-statement": LEGAL,
    "evidence-of-production": permissions.ENTERS, "evidence-of-person": permissions.ENTERS,
    "evidence-pack": permissions.ENTERS, "evidence-pack-file": permissions.ENTERS,
    "queue-asset-again": (*permissions.ENTERS, Role.OPERATOR), "second-determination": permissions.VERIFIES,
    "admin:consent_grant_changelist": LEGAL, "admin:consent_grant_export": LEGAL, "admin:consent_grant_change": LEGAL,
    "admin:consent_grant_verify": LEGAL, "admin:consent_grant_paper": LEGAL,
    **{f"admin:consent_rider_{page}": LEGAL for page in ("changelist", "export", "change", "pdf")},
    "admin:consent_rider_add": permissions.ENTERS, "admin:consent_grant_description": permissions.ENTERS,
    "admin:consent_grant_add": permissions.ENTERS, "admin:consent_grant_amend": permissions.ENTERS,
    **{f"admin:consent_decision_{page}": LEGAL
       for page in ("changelist", "export", "change", "ask", "reuse", "certificate", "json", "signed")},
    **{f"admin:consent_import_{page}": permissions.ENTERS
       for page in ("changelist", "export", "change", "add", "columns", "stop", "rejects")},
    **{f"admin:consent_statement_{page}": LEGAL
       for page in ("changelist", "export", "due", "change", "paper", "about", "estate")},
    **{f"admin:consent_statement_{page}": permissions.ENTERS for page in ("choose", "state", "correct", "lift")},
    "admin:consent_statement_confirm": permissions.VERIFIES, "holds": LEGAL, "set-hold": permissions.ENTERS,
    "admin:registry_person_changelist": PEOPLE, "admin:registry_person_export": PEOPLE, "admin:registry_person_change": PEOPLE,
    "admin:registry_person_suggest": PEOPLE, "admin:registry_production_suggest": WORKS,
    "admin:registry_person_add": permissions.ENTERS, "admin:registry_person_correct": permissions.ENTERS,
    "admin:registry_person_death": permissions.ENTERS, "admin:registry_person_authority": permissions.ENTERS,
    "admin:registry_person_verify_authority": permissions.VERIFIES, "admin:registry_person_erase": registry_people.ERASES,
    "admin:registry_production_changelist": WORKS, "admin:registry_production_export": WORKS,
    "admin:registry_production_change": WORKS, "admin:registry_production_add": permissions.ENTERS,
    "admin:registry_production_correct": permissions.ENTERS, "admin:registry_production_add_unit": permissions.ENTERS,
    "admin:registry_production_correct_unit": permissions.ENTERS,
    "admin:provenance_asset_changelist": ASSETS, "admin:provenance_asset_export": ASSETS,
    "admin:provenance_asset_change": ASSETS,
    "rules": LEGAL, "rule-facts": LEGAL, "rule-pack": LEGAL, "adopt-pack": permissions.VERIFIES,
    **{f"admin:consent_performerlink_{page}": permissions.ENTERS
       for page in ("changelist", "export", "change", "add", "revoke", "offer_first", "offer")},
    **{f"admin:consent_performerword_{page}": permissions.ENTERS for page in ("changelist", "export", "change", "answer")},
    **{f"admin:registry_event_{page}": permissions.READS_JOURNAL for page in ("changelist", "export", "change")},
    **{f"admin:registry_organisation_{page}": permissions.OPERATES for page in ("changelist", "export", "change")},
    **{f"admin:registry_membership_{page}": permissions.OPERATES
       for page in ("changelist", "export", "change", "add", "give_role", "take_role", "give_password",
                    "take_second_factor", "close")},
    **{f"admin:registry_apiclient_{page}": permissions.OPERATES
       for page in ("changelist", "export", "change", "add", "renew", "revoke")},
}  # fmt: skip
# Where whoever has not shown lately who they are is asked before anything else.
ASKS_AGAIN = {
    "ending", "admin:registry_apiclient_add", "admin:registry_apiclient_renew", "admin:registry_membership_give_password",
    "admin:registry_membership_take_second_factor", "admin:registry_person_erase",
}  # fmt: skip
# Leading in and out; everybody is led on or told how.
DOORS = {"admin:login", "admin:logout"}
# Who may read rows of this kind at all: everybody else has no such list, whosever the row.
READERS = {
    "evidence-of-production": LEGAL, "evidence-of-person": LEGAL, "evidence-pack": LEGAL, "human-performance": LEGAL,
    "copyright-statement": LEGAL,
    **{f"consent_statement_{page}": LEGAL for page in ("about", "estate", "choose", "state")}, "consent_statement": LEGAL,
    "set-hold": LEGAL, "distribution-": LEGAL, "concern-at-desk": permissions.ENTERS,
    "performerlink_offer": permissions.ENTERS, "consent_performerlink": permissions.ENTERS,
    "consent_performerword": permissions.ENTERS, "consent_grant": LEGAL, "consent_import": permissions.ENTERS,
    "consent_rider": LEGAL, "consent_decision": LEGAL, "ending": LEGAL,
    "registry_person": PEOPLE, "registry_production": WORKS,
    "provenance_asset": ASSETS, "asset": ASSETS, "determination": ASSETS, "registry_event": permissions.READS_JOURNAL,
    "registry_organisation": permissions.OPERATES, "registry_membership": permissions.OPERATES,
    "registry_apiclient": permissions.OPERATES, "copies": LEGAL, "access": PEOPLE, "rule-pack": LEGAL, "adopt-pack": LEGAL,
}  # fmt: skip
# Inside the frame of a paper the browser's own viewer draws; the document's policy is tested with verification.
NO_PAGE = {
    "admin:consent_grant_paper", "admin:consent_statement_paper", "admin:consent_decision_certificate",
    "admin:consent_decision_json", "admin:consent_decision_signed", "human-performance-pdf", "admin:consent_rider_pdf",
    "evidence-pack-file", "distribution-notice", "asset-measured-picture", "copyright-statement", "asset-likeness-picture",
    "admin:registry_person_suggest", "admin:registry_production_suggest",
}  # fmt: skip


BY_PLATE = {"evidence": {"difference": {"input": "plate"}}}


def names():
    """Every named address below /admin/."""

    def walk(patterns, way="", space=""):
        for one in patterns:
            here = way + str(one.pattern)
            if hasattr(one, "url_patterns"):
                yield from walk(one.url_patterns, here, one.namespace or space)
            elif here.startswith("admin/"):
                yield f"{space}:{one.name}" if space else one.name

    return set(walk(get_resolver().url_patterns))


@pytest.fixture
def world(cast):
    return furnished(cast)


def furnished(cast, *, title="harbor_sh114_v07.jpg", label="mira"):
    """One row of each kind at Northlight, and where each address of the desk leads there."""
    grant = people.entered(cast)
    depicted = Depiction(label, cast.mira.public_id, "target_likeness", "face", "de_aging")
    decision = clearance.decide(
        clearance.Question(act="release", depictions=(depicted,)), production=cast.harbor, requester=cast.northlight,
        purpose="clearance", at=timezone.now(),
    )  # fmt: skip
    asset = registered.asset(title=title, decision=decision)
    SigningJob.objects.create(asset=asset, intake_key="k", state="held", not_before=people.NOON, called_at=people.NOON,
                              changed_at=people.NOON)  # fmt: skip
    asset.decision.revisions.add(grant.revisions.get())
    asset.depictions.create(label=label, person=cast.mira, role="target_likeness", modality="face")
    operation = asset.operations.create(label=label, element="picture", technique="de_aging", statement=BY_PLATE | {"id": label})
    asset.ingredients.create(label="plate", relation="parentOf", title=title[:300], sha256="ab" * 32, media_type="image/jpeg",
                             storage_key="received/ab/plate")  # fmt: skip
    measured = otherwise.measured(operation)
    picture = default_storage.save("received/ab/alike/file", ContentFile(build.result_jpg()))
    known = registered.asset(build.result_jpg(), title=title, decision=decision, storage_key=picture)
    SigningJob.objects.create(asset=known, intake_key="known", state="held", not_before=people.NOON, called_at=people.NOON,
                              changed_at=people.NOON)  # fmt: skip
    near = asset.likenesses.create(known=known, kind="picture", distance=9, near=1, compared=1, carries=[title],
                                   recorded_at=people.NOON)  # fmt: skip
    proposal = determinations.propose(
        studio=cast.northlight, subject=cast.mira.public_id, question="no_consent_needed", answer="yes", by=cast.ines,
        at=timezone.now(), reason="A passer-by",
    )  # fmt: skip
    authority = registry_people.record_authority(
        cast.mira, kind="agent", party="Bell & Co", basis="Letter of 2 May 2026", by=cast.ines, at=timezone.now(),
        reason="Letter received",
    )  # fmt: skip
    record = records.state(
        "person.residence", studio=cast.northlight, subject=cast.mira.public_id, details={"residence": "US-CA"},
        evidence=people.RIDER, by=cast.ines, at=timezone.now(), reason="Letter received",
    )  # fmt: skip
    cast.harbor.vendors.set([cast.parallax])
    link, _, _ = links.make(
        cast.mira.authorities.get(kind="self"), language="en", days=90, by=cast.ines, at=timezone.now(), reason="Asked for it"
    )
    word = words.ask(link, text="May I see it?", once="form-of-the-question", at=timezone.now())
    sheet = spreadsheets.file(spreadsheets.row("C-0500", description=title, productions="", birth_date=""))
    about = [cast.northlight.public_id, cast.mira.public_id]
    drafted = riders.kept(cast)
    packed = packing.ask(About(cast.harbor), by=cast.ines, at=timezone.now(), reason="Asked for by the insurer")
    packing.make(packed.public_id, clock=timezone.now)
    errand = to_stop(cast)
    keys = {
        **{f"consent_statement_{page}": about for page in ("about", "estate", "choose", "state")},
        "consent_statement": [record.public_id], "set-hold": [*about, "lock.strike"],
        "performerlink_offer": [grant.public_id], "consent_performerlink": [link.public_id],
        "consent_performerword": [word.public_id], "consent_grant": [grant.public_id],
        "consent_import": [spreadsheets.sent_in(cast, sheet).public_id], "ending": [grant.public_id],
        "registry_person": [cast.mira.public_id],
        "registry_production": [cast.harbor.public_id], "provenance_asset": [asset.public_id],
        "registry_event": [Event.objects.filter(organisation=cast.northlight).first().hash],
        "registry_organisation": [cast.northlight.public_id],
        "registry_membership": [Membership.objects.get(user=cast.ines).pk],
        "registry_apiclient": [ApiClient.objects.get().client_id], "determination": [asset.public_id],
        "asset": [asset.public_id], "consent_decision": [decision.public_id],
        "evidence-of-production": [cast.harbor.public_id], "evidence-of-person": [cast.mira.public_id],
        "distribution-": [errand.cause.id, errand.key], "evidence-pack": [packed.public_id],
        "concern-at-desk": [reported(errand).public_id],
        "human-performance": [cast.harbor.public_id], "copyright-statement": [asset.public_id],
        "consent_rider": [drafted.public_id], "copies": [grant.public_id], "access": [cast.mira.public_id],
        "rule-pack": [cast.northlight.public_id, "us-ca", "1"], "adopt-pack": [cast.northlight.public_id, "us-ca", "1"],
    }  # fmt: skip
    more = {
        "admin:consent_grant_paper": [grant.revisions.get().evidence.get().public_id],
        "admin:consent_statement_state": ["person.encumbrance"], "adopt-pack": ["enforcing"],
        "second-determination": [proposal.public_id],
        "admin:registry_person_verify_authority": [authority.public_id],
        "admin:registry_production_correct_unit": [cast.sh114.public_id], "asset-measured-picture": [measured.public_id],
        "asset-likeness-picture": [near.public_id, "known"],
    }  # fmt: skip
    return {name: reverse(name, args=keys[kind(name)] + more.get(name, [])) if keyed(name) else reverse(name) for name in MAY}


def to_stop(cast):
    """A signed file of the production, whose distribution a court stops."""
    made = registered.credential(b"out", b"out received", title="harbor_out.jpg")
    SigningJob.objects.create(asset=made.asset, intake_key="out", state="signed", not_before=people.NOON,
                              called_at=people.NOON, changed_at=people.NOON)  # fmt: skip
    records.state(
        "lock.court_order", studio=cast.northlight, subject=cast.harbor.public_id, by=cast.ines, at=timezone.now(),
        reason="Served", acts=("continue_distribution",),
        details={"court": "LASC", "number": "26-114", "served_at": people.NOON, "orders": "Stop"},
    )  # fmt: skip
    return distribution.errands(cast.northlight, at=timezone.now())[0]


def reported(errand):
    """What somebody reported of that file."""
    return concerns.receive(
        errand.tasks[0].file.public_id, kind="likeness", speaks_as="self", name="M. Vale", contact="m@example.com",
        statement="My face", where="", in_good_faith=True, at=timezone.now(),
    )[0]  # fmt: skip


def kind(name):
    return next(one for one in READERS if one in name)


def keyed(name):
    by_itself = (
        "changelist", "export", "_due", "_add", "_ask", "_reuse", "_first", "_description", "index", "_suggest",
    )
    return not name.endswith(by_itself) and name not in (
        "desk", "running-out", "turning-18", "holds", "rules", "rule-facts", "usage-report", "distribution", "retention",
        "concerns", "figures", "figures-export",
    )


def expected(name, role):
    if role not in permissions.DESK:
        return 302
    if role in MAY[name]:
        return 200
    # The acts that lie beside the lists know of no row whom the reader could not have found there.
    return 404 if keyed(name) and ":" not in name and role not in READERS[kind(name)] else 403


def asked(client, world):
    return {name: client.get(address).status_code for name, address in world.items()}


# ── Who sees what ────────────────────────────────────────────────────────────────────────────────────────────────


def test_every_address_of_the_desk_stands_in_the_table():
    assert names() == set(MAY) | DOORS


def test_nobody_is_led_to_sign_in_and_sees_nothing(world):
    for address in world.values():
        answer = Client().get(address)
        assert answer.status_code == 302 and "/login/" in answer.url, address


@pytest.mark.parametrize("role", Role.values)
def test_each_role_opens_its_own_pages_and_no_others(cast, world, role):
    user = people.lawyer("uma", "Reed", cast.northlight, role)
    assert asked(at_the_desk(user), world) == {name: expected(name, role) for name in MAY}


def test_another_studio_s_lawyer_finds_none_of_it(cast, world):
    lists = {name: expected(name, Role.LEGAL_VERIFY) for name in MAY if not keyed(name)}
    rows = {name: 404 if Role.LEGAL_VERIFY in READERS[kind(name)] else 403 for name in MAY if keyed(name)}
    sol = at_the_desk(cast.sol)
    assert asked(sol, world) == lists | rows
    for name in lists:
        assert "M. Vale" not in told(sol.get(world[name])) and "Harbor" not in told(sol.get(world[name]))


@pytest.mark.parametrize("role", Role.values)
def test_what_is_sent_without_the_role_or_without_a_reason_changes_nothing(cast, world, role):
    client = at_the_desk(people.lawyer("uma", "Reed", cast.northlight, role))
    before = everything()
    for name, address in world.items():
        status = client.post(address, {}).status_code
        may = expected(name, role) == 200
        assert status in ((200, 403, 405, 409, 422) if may else (302, 403, 404, 405)), (name, status)
    assert everything() == before


@pytest.mark.parametrize("role", Role.values)
def test_an_hour_after_signing_in_some_pages_ask_anew_and_do_nothing_before(cast, world, role):
    client = minutes_later(at_the_desk(people.lawyer("uma", "Reed", cast.northlight, role)), 60)
    asking = ASKS_AGAIN if role in permissions.DESK else set()
    for name, address in world.items():
        opened = client.get(address)
        assert ("again-password" in told(opened)) is (name in asking), name
        assert opened.status_code == (200 if name in asking else expected(name, role)), name
    before = everything()
    for name in asking:
        assert "again-password" in told(client.post(world[name], {"reason": "Because"})), name
    assert everything() == before


def everything():
    kept = (Person, Production, Unit, Grant, GrantRevision, Authority, Asset, Statement, Membership, ApiClient, Event, User,
            PackAdoption, EvidencePack)
    return {model.__name__: list(model.objects.order_by("pk").values()) for model in kept}


def test_who_is_signed_in_without_a_role_is_at_no_desk(cast, world):
    user = people.User.objects.create_user("nobody", is_staff=True, is_superuser=True)
    assert set(asked(at_the_desk(user), world).values()) == {302}


# ── Nothing is deleted, nothing runs ─────────────────────────────────────────────────────────────────────────────


def everyone(cast):
    """Somebody with every role of the desk."""
    user = people.lawyer("uma", "Reed", cast.northlight, Role.LEGAL_VERIFY)
    for role in set(permissions.DESK) - {Role.LEGAL_VERIFY}:
        Membership.objects.create(user=user, organisation=cast.northlight, role=role)
    return at_the_desk(user)


def test_nothing_can_be_deleted(cast, world):
    assert not [name for name in names() if "delete" in name]
    client, before = everyone(cast), everything()
    for name, address in world.items():
        assert client.get(f"{address}delete/").status_code == 404, name
        assert client.post(f"{address}delete/", {"post": "yes"}).status_code == 404, name
        if name.endswith("changelist"):
            client.post(address, {"action": "delete_selected", "_selected_action": ["1"], "post": "yes"})
    assert everything() == before


def test_no_page_lets_anything_run_that_is_not_its_own(cast, world):
    client = everyone(cast)
    for name, address in world.items():
        answer = client.get(address)
        assert answer.status_code == 200, name
        if name not in NO_PAGE:
            policy = answer["Content-Security-Policy"]
            assert "unsafe" not in policy and "default-src 'none'" in policy and "frame-ancestors 'none'" in policy, name
            assert " style=" not in told(answer) and " onclick=" not in told(answer), name


SCRIPT = "<script>alert(1)</script>"
HOSTILE = f"{SCRIPT}\u202egpj.exe" + "A" * 10_000


def told(answer):
    return (b"".join(answer.streaming_content) if answer.streaming else answer.content).decode("utf-8", "replace")


def test_hostile_text_is_shown_as_text(cast):
    """Past every act, as a fault elsewhere might: straight into the tables."""
    world = furnished(cast, title=HOSTILE, label=HOSTILE)
    Person.objects.update(alias=SCRIPT)
    Production.objects.update(title=f"{SCRIPT}'\"&")
    SigningJob.objects.update(problem={"detail": HOSTILE, "errors": [{"detail": HOSTILE, "pointer": HOSTILE}], "code": HOSTILE})
    client = everyone(cast)
    for name, address in world.items():
        if name in NO_PAGE or name.endswith("export"):
            continue
        page = told(client.get(address))
        assert SCRIPT not in page and "\u202e" not in page and "A" * 1000 not in page, name


@pytest.mark.parametrize("text", [HOSTILE, "M\u202eira", "Mi\u200bra", "x" * 10_000])
def test_names_that_hide_or_flood_are_refused(cast, text):
    client = everyone(cast)
    adding = {"studio": cast.northlight.public_id, "kind": "living", "alias": text, "reason": "Cast"}
    assert client.post("/admin/registry/person/add/", adding).status_code == 422
    adding = {"studio": cast.northlight.public_id, "kind": "feature", "title": text, "reason": "Greenlit"}
    assert client.post("/admin/registry/production/add/", adding).status_code == 422
    assert Person.objects.count() == 2 and Production.objects.count() == 1


@pytest.mark.parametrize("first", ["=", "+", "-", "@", "\t", "\r"])
def test_no_cell_of_a_spreadsheet_is_a_formula(cast, first):
    evil = f"{first}cmd|' /C calc'!A0"
    world = furnished(cast, title=evil)
    Person.objects.update(alias=evil)
    Production.objects.update(title=evil)
    client = everyone(cast)
    for name in (one for one in world if one.endswith("export")):
        sheet = told(client.get(world[name])).removeprefix("\ufeff")
        for cell in (cell for row in csv.reader(io.StringIO(sheet, newline="")) for cell in row):
            assert not cell.lstrip(" ").startswith(("=", "+", "-", "@", "\t", "\r")), (name, cell)
        assert name != "admin:registry_person_export" or f"'{evil}" in sheet
