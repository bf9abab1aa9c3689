"""The seven scenes by which the registry of consent is accepted (consent.md §11), through the doors that people use.

Days are counted from today, because the desk always acts today; a question names the day it is about.
"""

import re
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from consent import adoptions, clearance, deadlines, rulebook, worklists
from consent.models import Decision, Ending, Grant, PerformerLink, Statement
from provenance.models import Credential, SigningPlan
from registry import journal, people
from registry.models import Authority, CollectiveAgreement, Event, Organisation, Person, Production, Unit
from tests import shots
from tests.assets import build
from tests.desk import FILES, at_the_desk, entry, line, rider

pytestmark = pytest.mark.django_db
DOOR, RECORDS, PEOPLE = "/api/v1/clearances", "/admin/consent/statement/", "/admin/registry/person/"
LONG_AGO = 200
HOLLYWOOD = ZoneInfo("America/Los_Angeles")


# --- what lawyers do at the desk -----------------------------------------------------------------------------------


def day(after: int) -> date:
    return timezone.now().date() + timedelta(days=after)


def noon(of: date) -> datetime:
    return datetime.combine(of, time(12), tzinfo=UTC)


def minute(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M")


def paper(words: str) -> SimpleUploadedFile:
    return SimpleUploadedFile("signed.pdf", rider().read() + f"%{words}\n".encode(), content_type="application/pdf")


def done(answer):
    assert answer.status_code == 302, re.sub(r"<[^>]+>|\s+", " ", answer.content.decode())[-1500:]
    return answer


def verified(cast, grant: Grant) -> Grant:
    """A second lawyer compares the latest revision with its paper; the first may not."""
    address = f"{FILES}{grant.public_id}/verify/"
    assert at_the_desk(cast.ines).post(address, {"reason": "My own"}).status_code == 403
    done(at_the_desk(cast.tobi).post(address, {"reason": "Compared with the paper"}))
    return grant


def consented(cast, number="C-0142", **changes) -> Grant:
    """A consent entered at the desk by one lawyer and verified by another."""
    told = {"effective_from": day(-LONG_AGO), "signed_on": day(-LONG_AGO), "last_day": day(LONG_AGO), "papers": paper(number)}
    done(at_the_desk(cast.ines).post(f"{FILES}add/", entry(cast, number=number, **told | changes)))
    return verified(cast, Grant.objects.get(number=number))


def amended(cast, grant: Grant, **changes) -> Grant:
    told = {"effective_from": day(-LONG_AGO), "signed_on": day(0), "last_day": day(LONG_AGO), "papers": paper("amendment")}
    left_out = {"person": None, "production": None, "number": None, "kind": None}
    done(at_the_desk(cast.ines).post(f"{FILES}{grant.public_id}/amend/", entry(cast, **told | left_out | changes)))
    return verified(cast, grant)


def about(cast, subject, rest="") -> str:
    return f"{RECORDS}about/{cast.northlight.public_id}/{getattr(subject, 'public_id', subject)}/{rest}"


def stated(cast, subject, form: str, **said) -> Statement:
    """A record on its form; where it takes two, the second confirms it."""
    done(at_the_desk(cast.ines).post(about(cast, subject, f"state/{form}/"), {"reason": "From the paper"} | said))
    record = Statement.objects.latest("pk")
    page = at_the_desk(cast.tobi).get(f"{RECORDS}{record.public_id}/").content.decode()
    if "Waits for a second person" in page:
        done(at_the_desk(cast.tobi).post(f"{RECORDS}{record.public_id}/confirm/", {"reason": "Compared"}))
    return record


def lifted(cast, lock: Statement, **said) -> None:
    told = {"outcome": "upheld", "resolved_on": day(0), "reason": "Settled"} | said
    assert at_the_desk(cast.ines).post(f"{RECORDS}{lock.public_id}/lift/", told).status_code == 403
    done(at_the_desk(cast.tobi).post(f"{RECORDS}{lock.public_id}/lift/", told))


def speaks_for(cast, person: Person, **said) -> Authority:
    """Somebody speaks for the person: recorded by one lawyer, verified by another."""
    done(at_the_desk(cast.ines).post(f"{PEOPLE}{person.public_id}/authority/", {"reason": "Document received"} | said))
    recorded = person.authorities.latest("pk")
    address = f"{PEOPLE}{person.public_id}/authority/{recorded.public_id}/verify/"
    done(at_the_desk(cast.tobi).post(address, {"reason": "Compared with it"}))
    return Authority.objects.get(replaces=recorded)


def estate(cast) -> tuple[Person, Authority]:
    """Elsa, who died, and the executor of her will, who holds 60 per cent."""
    elsa = people.add(
        studio=cast.northlight, alias="E. Lenz", kind="deceased", birth_date=date(1921, 5, 1), death_date=date(2001, 2, 3),
        by=cast.ines, at=timezone.now(), reason="Cast",
    )  # fmt: skip
    cast.harbor.cast.add(elsa)
    executor = speaks_for(cast, elsa, kind="executor", party="Lars Lenz", basis="Letters testamentary of 4 May 2001")
    stated(cast, executor, "authority.title", share_percent="60", title_words="By the will", document=paper("will"))
    stated(cast, elsa, "person.estate_threshold", more_than_percent="50", basis="US-CA 3344.1")
    stated(cast, elsa, "determination.heir_threshold_met", answer="yes", rationale="60 of 100 per cent")
    stated(cast, elsa, "person.encumbrance_search", searched="Files of the estate", searched_on=day(-9), found="Nothing")
    return elsa, executor


def ending(cast, grant: Grant, mode: str, kind="withdrawn") -> str:
    """An ending as it is shown before it is recorded; then recorded."""
    said = {"kind": kind, "mode": mode, "received_at": minute(timezone.now()), "effective_at": minute(timezone.now()),
            "reason": "Letter received"}  # fmt: skip
    address = f"{FILES}{grant.public_id}/ending/"
    before = Ending.objects.count()
    shown = at_the_desk(cast.ines).post(address, said).content.decode()
    assert Ending.objects.count() == before
    done(at_the_desk(cast.ines).post(address, said | {"confirm": "1"}))
    return shown


def adopt(cast, pack: str) -> None:
    found = next(one for one in rulebook.newest() if one.id == pack)
    adoptions.adopt(
        found.hash, studio=cast.northlight, mode="enforcing", by=cast.tobi, at=timezone.now(), reason="Read against the text"
    )


# --- what the vendor asks and sends --------------------------------------------------------------------------------


def shown(person: Person, name="mira", **changes):
    told = {"id": name, "person": person.public_id, "role": "target_likeness", "modality": "face", "use": "de_aging"}
    return told | changes


def asked(api, cast, *depictions, **changes) -> dict:
    question = {"production": cast.harbor.public_id, "depictions": list(depictions) or [shown(cast.mira)], "act": "sign"}
    answer = api.post(DOOR, question | changes)
    assert answer.status_code == 201, answer.content
    return answer.json()


def codes(told: dict) -> set[str]:
    return {one["code"] for one in told["reasons"] if one["severity"] not in ("note", "obligation")}


def sentences(told: dict) -> str:
    return " ".join(one["text"] for one in told["reasons"])


def depicted(person: Person, name="mira") -> dict[str, str]:
    """A depiction as a declaration says it; the use comes from what was done."""
    return {"id": name, "person": person.public_id, "role": "target_likeness", "modality": "face"}


def sent(api, cast, picture=build.result_jpg, name="harbor_sh114_v07.jpg", **changes):
    return shots.send(api, picture(), shots.declaration(cast, title=name, **changes), name=name, plate=build.plate_jpg())


def signed(api, cast, picture=build.result_jpg, name="harbor_sh114_v07.jpg", **changes) -> str:
    answer = sent(api, cast, picture, name, **changes)
    assert answer.status_code == 202, answer.content
    shots.work()
    told = api.get(f"/api/v1/assets/{answer.json()['id']}").json()
    assert told["state"] == "signed", told
    return answer.json()["id"]


# --- the scenes ----------------------------------------------------------------------------------------------------


def test_1_a_consent_expires_in_the_middle_of_the_production(studio, hatch, client):
    """Covers the warning, the refusal, the way out, and that what was signed stays so and what was released goes on."""
    grant = consented(studio, last_day=day(40))
    first = signed(hatch, studio)
    desk = at_the_desk(studio.ines)
    assert "C-0142" in desk.get(FILES, {"ends": "60"}).content.decode()
    assert "C-0142" not in desk.get(FILES, {"ends": "30"}).content.decode()
    assert asked(hatch, studio, act="generate", as_of=noon(day(40)).isoformat())["outcome"] == "permit"

    told = asked(hatch, studio, act="generate", as_of=noon(day(41)).isoformat())
    assert told["outcome"] == "deny" and codes(told) == {"consent.expired"}
    assert f"M. Vale ran until {day(40):%-d %B %Y}." in sentences(told)
    assert told["to_clear"] == ["An extension signed by M. Vale."]
    assert worklists.with_state(Grant.objects.all(), at=noon(day(41))).get().state == "expired"
    waiting = sent(hatch, studio, build.result_png, "harbor_sh114_v08.png").json()["id"]
    shots.sign_at(waiting, noon(day(41)))
    refused = hatch.get(f"/api/v1/assets/{waiting}").json()
    assert refused["state"] == "refused" and refused["problem"]["code"] == "consent.expired"
    assert Credential.objects.count() == SigningPlan.objects.count() == 1

    goes_on = asked(hatch, studio, act="continue_distribution", as_of=noon(day(80)).isoformat())
    assert goes_on["outcome"] == "permit" and {one["code"] for one in goes_on["reasons"]} == {"consent.continues"}
    assert "what was released before may continue" in sentences(goes_on)
    report = shots.checked(client, shots.fetched(hatch, first))
    assert report["signature"]["state"] == "valid" and report["consent"]["state"] == "confirmed"

    amended(studio, grant, last_day=day(LONG_AGO))
    assert asked(hatch, studio, act="generate", as_of=noon(day(41)).isoformat())["outcome"] == "permit"
    assert journal.broken_links() == []


def test_2_a_consent_is_revoked_after_release_and_then_a_court_orders_a_stop(studio, hatch, client):
    grant = consented(studio)
    file = signed(hatch, studio)
    then = Decision.objects.get(purpose="intake")
    assert "Stays signed and may go on being used" in ending(studio, grant, "prospective_new_use")

    assert asked(hatch, studio, act="continue_distribution")["outcome"] == "permit"
    report = shots.checked(client, shots.fetched(hatch, file))
    assert report["signature"]["state"] == "valid" and report["consent"]["details"]["now"] == "ended"
    assert "when this was signed; it has since ended. Works made before may continue." in report["consent"]["text"]
    for act in ("promote", "generate", "sign"):
        trailer = asked(hatch, studio, act=act)
        assert trailer["outcome"] == "deny" and codes(trailer) == {"consent.ended"}
        assert trailer["to_clear"] == ["A new consent signed by M. Vale."]
    asks = sent(hatch, studio, build.result_png, "harbor_trailer_v01.png")
    assert asks.status_code == 403 and asks.json()["code"] == "consent.ended" and Credential.objects.count() == 1
    assert clearance.replay(then) == then.decision_hash

    lock = stated(
        studio, studio.mira, "lock.court_order", court="LASC", number="26-114", served_at=minute(timezone.now()),
        zone=str(HOLLYWOOD), orders="Cease all use of the likeness",
    )  # fmt: skip
    assert "harbor_sh114_v07.jpg" in ending(studio, grant, "cease_all", kind="revoked")
    due = at_the_desk(studio.ines).get(f"{RECORDS}due/").content.decode()
    assert "Everything the court order names must have stopped" in due
    stop, order = deadlines.of(studio.northlight, at=timezone.now())
    assert (stop.says, stop.subject) == ("All use has to stop", grant.public_id)
    days = [(timezone.now() + timedelta(days=n)).astimezone(HOLLYWOOD).date() for n in range(1, 6)]
    second = [one for one in days if one.weekday() < 5][1]
    assert order.at.astimezone(HOLLYWOOD).date() == second
    stopped = asked(hatch, studio, act="continue_distribution")
    assert stopped["outcome"] == "deny" and codes(stopped) == {"consent.locked", "consent.ended"}
    report = shots.checked(client, shots.fetched(hatch, file))
    assert report["signature"]["state"] == "valid" and report["consent"]["details"]["now"] == "under_review"
    assert "it is now under review" in report["consent"]["text"]
    assert "Cease all use" not in str(report) + str(stopped) and "26-114" not in str(report) + str(stopped)

    lifted(studio, lock, outcome="over")
    assert codes(asked(hatch, studio, act="continue_distribution")) == {"consent.ended"}
    assert clearance.replay(then) == then.decision_hash and journal.broken_links() == []


def test_3_an_estate_is_disputed(studio, hatch, client):
    elsa, executor = estate(studio)
    grant = consented(studio, person=elsa.public_id, capacity="executor", authority=executor.public_id)
    face = shown(elsa)
    file = signed(hatch, studio, depictions=[depicted(elsa)])
    cleared = Decision.objects.filter(outcome="permit").latest("pk")

    held = ("generate", "alter", "sign", "release", "promote")
    dispute = stated(
        studio, grant, "lock.dispute", claimant="Nora Lenz", position="The will is not the last one", opened_on=day(0), acts=held
    )  # fmt: skip
    veto = stated(
        studio, elsa, "person.encumbrance", holder="Ashdown Films", encumbrance="veto", scope="Any recreation",
        from_on="1993-05-01", status="asserted", source="Letter of 1993",
    )  # fmt: skip
    for act in held:
        told = asked(hatch, studio, face, act=act)
        assert told["outcome"] == "review" and codes(told) == {"consent.disputed", "consent.rule_unclear"}
        assert "nobody can tell whether CORE-PRIOR-VETO is met" in sentences(told)
        assert "The legal desk records how the dispute was resolved." in told["to_clear"]
        assert "Ashdown" not in str(told) and "Nora Lenz" not in str(told)
    again = sent(hatch, studio, build.result_png, "harbor_sh114_v08.png", depictions=[depicted(elsa)])
    assert again.status_code == 202 and again.json()["state"] == "held"
    shots.work()
    assert Credential.objects.count() == SigningPlan.objects.count() == 1
    assert asked(hatch, studio, face, act="continue_distribution")["outcome"] == "permit"
    report = shots.checked(client, shots.fetched(hatch, file))
    assert report["consent"]["details"] == {"at_signing": "confirmed", "now": "confirmed"}
    assert "Ashdown" not in str(report) and "dispute" not in str(report).lower()
    assert clearance.confirm(cleared, purpose="signing", at=timezone.now()).outcome == "review"

    lifted(studio, dispute)
    told = asked(hatch, studio, face)
    assert told["outcome"] == "review" and codes(told) == {"consent.rule_unclear"} and "CORE-PRIOR-VETO" in sentences(told)
    corrected = {"holder": "Ashdown Films", "encumbrance": "veto", "scope": "Any recreation", "status": "released",
                 "source": "Letter of 1993", "reason": "Released in writing"}  # fmt: skip
    done(at_the_desk(studio.ines).post(f"{RECORDS}{veto.public_id}/correct/", corrected))
    assert asked(hatch, studio, face)["outcome"] == "permit"
    assert clearance.confirm(cleared, purpose="signing", at=timezone.now()).outcome == "permit"
    waiting = again.json()["id"]
    assert hatch.get(f"/api/v1/assets/{waiting}").json()["state"] == "held" and Credential.objects.count() == 1
    shots.sweep()
    assert hatch.get(f"/api/v1/assets/{waiting}").json()["state"] == "signed" and Credential.objects.count() == 2
    assert Event.objects.get(chain=waiting, tag="asset:released_to_signing").actor == "system:reopening"
    assert journal.broken_links() == []


def test_4_a_minor_turns_18(studio, hatch, client):
    """K came of age on a day just past: before and after are days that a question names."""
    birthday = day(-1).replace(day=1)
    with_guardian = timezone.now() - timedelta(days=LONG_AGO)
    kit = people.add(
        studio=studio.northlight, alias="K", legal_name="Katharina Hollis", by=studio.ines, at=with_guardian, reason="Cast",
        birth_date=birthday.replace(year=birthday.year - 18),
    )  # fmt: skip
    studio.harbor.cast.add(kit)
    guardian = speaks_for(studio, kit, kind="guardian", party="Ana Hollis", basis="Birth certificate")
    grant = consented(studio, person=kit.public_id, capacity="guardian", authority=guardian.public_id)
    face, eve = shown(kit, "k"), birthday - timedelta(days=1)

    [due] = deadlines.of(studio.northlight, at=noon(birthday - timedelta(days=80)))
    assert due.within == 90 and due.says.startswith("Turns 18") and due.subject == kit.public_id
    assert asked(hatch, studio, face, act="generate", as_of=noon(eve).isoformat())["outcome"] == "permit"
    for act in ("generate", "sign", "promote"):
        told = asked(hatch, studio, face, act=act, as_of=noon(birthday).isoformat())
        assert told["outcome"] == "review" and codes(told) == {"consent.rule"}
        assert "For K, CORE-MINOR-REAFFIRM is not met" in sentences(told)
    refused = sent(hatch, studio, depictions=[depicted(kit)])
    assert refused.status_code == 202 and refused.json()["state"] == "held", refused.json()
    shots.work()
    assert shots.nothing_released() and not SigningPlan.objects.exists()
    for act in ("release", "continue_distribution"):
        assert asked(hatch, studio, face, act=act)["outcome"] == "permit"

    before = {"signed_on": eve, "rider": "K-18", "own_counsel": "on", "document": paper("reaffirmed"), "reason": "Letter"}
    address = about(studio, grant, "state/grant.reaffirmation/")
    early = at_the_desk(studio.ines).post(address, before)
    assert early.status_code == 422 and "They were not of age on that day" in early.content.decode()
    assert not Statement.objects.exists()
    stated(
        studio, grant, "grant.reaffirmation", signed_on=day(0), rider="K-18", own_counsel="on", document=paper("reaffirmed")
    )
    assert asked(hatch, studio, face, act="generate")["outcome"] == "permit"
    file = signed(hatch, studio, name="harbor_sh114_v09.jpg", depictions=[depicted(kit)])

    consented(studio, "C-0150")
    scenes = [
        (shown(kit, "k", content_flags=["simulated_sex"], depicted_age=30), noon(eve)),
        (shown(kit, "k", content_flags=["simulated_sex"], depicted_age=30), timezone.now()),
        (shown(studio.mira, content_flags=["nudity"], depicted_age=15), timezone.now()),
    ]
    for scene, at in scenes:
        told = asked(hatch, studio, scene, as_of=at.isoformat())
        assert told["outcome"] == "deny" and told["to_clear"] == ["Nothing clears this. Take the sexual content out."]
        assert [one["severity"] for one in told["reasons"] if one["code"] == "consent.prohibited"] == ["absolute"]

    named = at_the_desk(studio.ines).post(
        about(studio, kit, "state/person.publicity/"), {"name": "Kit Hollis", "document": paper("name"), "reason": "Asked"}
    )
    assert named.status_code == 403 and "never named in public" in named.content.decode()
    report = shots.checked(client, shots.fetched(hatch, file))
    assert "Hollis" not in str(report) and report["consent"]["details"]["now"] == "confirmed"

    stated(studio, grant, "grant.guardian_objection", who="Ana Hollis", objected_on=day(0))
    assert asked(hatch, studio, face, act="generate")["outcome"] == "permit"

    objection = {"authority": guardian.public_id, "language": "en", "days": "30", "reason": "She objects"}
    answer = at_the_desk(studio.ines).post("/admin/consent/performerlink/add/", objection)
    assert answer.status_code != 302 and not PerformerLink.objects.exists()
    assert asked(hatch, studio, face, act="generate")["outcome"] == "permit" and journal.broken_links() == []


def test_5_a_territory_is_carved_out(studio, hatch):
    Production.objects.filter(pk=studio.harbor.pk).update(jurisdictions=["US-CA"])
    adopt(studio, "eu")
    grant = consented(studio, lines=[line(0), line(1, effect="exclude", territories="China")])
    master = ["US", "DE", "CN"]
    told = asked(hatch, studio, territories=master)
    assert told["by_territory"] == {"US": "permit", "DE": "permit", "CN": "deny"} and codes(told) == {"consent.excluded"}
    assert [(one["rule"], one["gate"], one["territories"]) for one in told["obligations"]] == [("EU-50-4", "release", ["DE"])]

    everywhere = sent(hatch, studio, intended_release={"territories": master})
    assert everywhere.status_code == 403 and everywhere.json()["code"] == "consent.excluded"
    assert shots.nothing_released() and not SigningPlan.objects.exists()
    file = signed(hatch, studio, intended_release={"territories": ["US", "DE"]})
    stood_on = Credential.objects.get(asset__public_id=file).decision
    assert clearance.told(stood_on)["by_territory"] == {"US": "permit", "DE": "permit"}

    delivery = asked(hatch, studio, act="release", territories=["CN"])
    assert delivery["outcome"] == "deny" and "of M. Vale excludes de-aging (face) in China." in sentences(delivery)
    undisclosed = asked(hatch, studio, act="release", territories=["DE"])
    assert undisclosed["outcome"] == "review" and "this must be done first in Germany (EU-50-4)" in sentences(undisclosed)
    stated(studio, studio.harbor, "production.disclosure", mode="full", wording="Made younger with AI", where="Opening titles")
    assert "EU-50-4" not in sentences(asked(hatch, studio, act="release", territories=["DE"]))
    assert asked(hatch, studio, territories=master)["obligations"] == []

    amended(studio, grant, lines=[line(0)])
    after = asked(hatch, studio, territories=master)
    assert after["outcome"] == "permit" and after["by_territory"] == told["by_territory"] | {"CN": "permit"}
    assert asked(hatch, studio, act="release", territories=["CN"])["outcome"] == "permit" and journal.broken_links() == []


def test_6_two_performers_in_one_shot_and_a_dead_one(studio, hatch):
    elsa, executor = estate(studio)
    other = Production.objects.create(studio=studio.northlight, title="Undertow", default_territories=["WORLD"])
    consented(studio)
    consented(studio, "C-0143", person=studio.jon.public_id, lines=[line(uses=["voice_clone"], modalities=["voice"])])
    for_elsa = {"capacity": "executor", "authority": executor.public_id}
    grant = consented(studio, "C-0144", person=elsa.public_id, lines=[line(productions=[other.public_id])], **for_elsa)
    living = shown(studio.mira), shown(studio.jon, "jon", role="voice_source", modality="voice", use="voice_clone")
    dead = shown(elsa, "elsa")

    told = asked(hatch, studio, *living, dead)
    assert told["outcome"] == "deny" and codes(told) == {"consent.out_of_scope"}
    assert {one["depiction"] for one in told["reasons"]} == {"elsa"} and "of E. Lenz comes nearest" in sentences(told)
    assert "Undertow" not in str(told) and other.public_id not in str(told)
    plate = {
        "depictions": [depicted(studio.mira), depicted(elsa, "elsa")], "operations": [shots.de_aging(depicts=["mira", "elsa"])],
    }  # fmt: skip
    refused = sent(hatch, studio, **plate)
    assert refused.status_code == 403 and refused.json()["code"] == "consent.out_of_scope"
    assert {fault["pointer"] for fault in refused.json()["errors"]} == {"/depictions/1"}
    assert shots.nothing_released() and not SigningPlan.objects.exists()

    assert asked(hatch, studio, *living)["outcome"] == "permit"
    signed(hatch, studio)
    both = [other.public_id, studio.harbor.public_id]
    amended(studio, grant, lines=[line(productions=both)], **for_elsa)
    assert asked(hatch, studio, *living, dead)["outcome"] == "permit"
    signed(hatch, studio, build.result_png, "harbor_sh114_v08.png", **plate)
    assert Credential.objects.count() == 2

    replaced = {"depictions": [depicted(studio.mira)], "operations": [
        shots.de_aging(), shots.de_aging(id="op-2", technique="face_replacement", regions=[shots.face(id="op-2.face")]),
    ]}  # fmt: skip
    amended(studio, Grant.objects.get(number="C-0142"), lines=[line(uses=["de_aging", "face_replacement"])])
    undriven = sent(hatch, studio, name="harbor_sh114_v09.jpg", **replaced)
    assert undriven.status_code == 202 and undriven.json()["state"] == "held", undriven.json()
    told = asked(hatch, studio, shown(studio.mira, use="face_replacement"))
    assert told["outcome"] == "review" and "CORE-DRIVER is not met" in sentences(told)
    driver = shown(studio.jon, "jon", role="driving_performer", modality="performance", use="face_replacement")
    told = asked(hatch, studio, shown(studio.mira, use="face_replacement"), driver)
    assert told["outcome"] == "deny" and {one["depiction"] for one in told["reasons"]} == {"jon"}
    nobody = {"id": "rig", "role": "synthetic", "modality": "performance", "use": "face_replacement"}
    assert asked(hatch, studio, shown(studio.mira, use="face_replacement"), nobody)["outcome"] == "permit"
    shots.work()
    assert Credential.objects.count() == 2 and journal.broken_links() == []


def test_7_a_scan_is_used_again_in_a_sequel(studio, hatch):
    agreement = CollectiveAgreement.objects.create(code="SAG-TV", version="2026", title="SAG-AFTRA TV/Theatrical")
    sequel = Production.objects.create(studio=studio.northlight, title="Harbor II", default_territories=["WORLD"])
    tidewater = Organisation.objects.create(kind="vendor", name="Tidewater", jurisdiction="US-CA")
    sequel.vendors.add(studio.parallax, tidewater)
    sequel.cast.add(studio.mira)
    for work in (studio.harbor, sequel):
        work.agreements.add(agreement)
        Production.objects.filter(pk=work.pk).update(photography_starts_on=date(2026, 9, 1), jurisdictions=["US-CA"])
    adopt(studio, "sag-aftra-tv-2026")
    double = shown(studio.mira, use="digital_double")

    def for_sequel(act="sign"):
        return asked(hatch, studio, double, production=sequel.public_id, act=act)

    def as_signed(grant):
        stated(studio, grant, "grant.manner", conspicuous="on")
        stated(
            studio, grant, "grant.biometric_release", biometrics="face_geometry", purpose="The picture", retention="Two years",
            picture_only="on", document=paper(grant.number),
        )  # fmt: skip
        return grant

    master = as_signed(
        consented(studio, "C-0001", kind="standing", production=None, lines=[line(uses=["digital_double"])],
                  description="A digital double in Harbor and sequels.")
    )  # fmt: skip
    scan = stated(
        studio, studio.mira, "replica.registered", name="Scan of Mira", kind="scan", replica_class="EBDR",
        grant=master.public_id, origin=studio.harbor.public_id, biometrics="face_geometry", owner="Northlight",
        custodian="Parallax",
    )  # fmt: skip
    assert asked(hatch, studio, double)["outcome"] == "permit"
    told = for_sequel()
    assert told["outcome"] == "deny" and "SAG-REUSE is not met" in sentences(told), told["reasons"]
    assert "A rider signed by the performer that names this production." in told["to_clear"]
    declared = {
        "production": sequel.public_id, "unit": Unit.objects.create(production=sequel, code="sh001").code,
        "operations": [shots.de_aging(technique="digital_double")],
    }  # fmt: skip
    refused = sent(hatch, studio, name="harbor2_sh001_v01.jpg", **declared)
    assert refused.status_code == 403 and "SAG-REUSE" in str(refused.json())
    assert shots.nothing_released() and not SigningPlan.objects.exists()

    rider_named = as_signed(
        consented(studio, "C-0002", production=sequel.public_id,
                  lines=[line(uses=["digital_double"], productions=[sequel.public_id])])
    )  # fmt: skip
    stated(studio, rider_named, "grant.replica_class", replica_class="EBDR", origin=studio.harbor.public_id)
    assert for_sequel()["outcome"] == "permit"
    signed(hatch, studio, name="harbor2_sh001_v01.jpg", **declared)

    kept = for_sequel("generate")
    assert kept["outcome"] == "review" and "SAG-CUSTODY is not met" in sentences(kept)
    concerns = {"grant": rider_named.public_id}
    listed = stated(studio, scan, "replica.access", vendors=tidewater.public_id, need="The double in scene 1", **concerns)
    assert "SAG-CUSTODY is not met" in sentences(for_sequel("generate"))
    stated(
        studio, scan, "replica.custody", from_whom="Northlight", to_whom="Parallax", handed_at=minute(timezone.now()),
        attested="on", **concerns,
    )  # fmt: skip
    unlisted = for_sequel("generate")
    assert unlisted["outcome"] == "review" and "Record who has access, the vendor among them" in str(unlisted["to_clear"])
    both = {"vendors": [tidewater.public_id, studio.parallax.public_id], "need": "The double in scene 1", "reason": "Joined"}
    done(at_the_desk(studio.ines).post(f"{RECORDS}{listed.public_id}/correct/", both | concerns))
    assert for_sequel("generate")["outcome"] == "permit"

    asked_at = timezone.now()
    said = {"to_whom": "Tidewater", "union": "SAG-AFTRA", "submitted_at": minute(asked_at), "decision": "pending"} | concerns
    transfer = stated(studio, scan, "replica.transfer", **said)
    [due] = deadlines.of(studio.northlight, at=timezone.now())
    assert due.says == "The union’s answer is due" and due.at.date() == asked_at.date() + timedelta(days=21)
    assert due.says in at_the_desk(studio.ines).get(f"{RECORDS}due/").content.decode()
    moved = for_sequel("transfer")
    assert moved["outcome"] == "review" and "SAG-TRANSFER is not met" in sentences(moved)
    answered = said | {"decision": "approved", "answered_at": minute(timezone.now()), "reason": "Letter of the union"}
    done(at_the_desk(studio.ines).post(f"{RECORDS}{transfer.public_id}/correct/", answered))
    assert for_sequel("transfer")["outcome"] == "permit" and deadlines.of(studio.northlight, at=timezone.now()) == []
    assert journal.broken_links() == []
