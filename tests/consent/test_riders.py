"""Riders: drafted from a template in plain words, kept with their hash before they are sent, known again when signed."""

import hashlib
import re
from datetime import date

import pytest
from reportlab.pdfgen.canvas import Canvas

from consent import clearance, description_lint, in_words
from consent.facts import Depiction
from consent.grants import Line
from consent.models import Evidence, Grant, Rider
from consent.riders import drafting, wordings
from registry import people as registry_people
from registry.append_only import AppendOnlyError
from registry.errors import Invalid, NotAllowed
from registry.models import Event, Organisation, Production
from tests import cast as world
from tests import riders
from tests.cast import NOON
from tests.desk import FILES, at_the_desk, entry, line, rider

pytestmark = pytest.mark.django_db
RIDERS = "/admin/consent/rider/"
TEMPLATES = ["dub-language", "estate", "guardian", "individual", "sag-digital-replica", "voice"]
FOR_HER = {"signatory": "Bea Valeska", "capacity": "guardian"}


def sent(cast, **changes):
    """What the form sends for Mira's rider."""
    said = {
        "template": "individual", "person": cast.mira.public_id, "production": cast.harbor.public_id, "capacity": "self",
        "effective_from": "2026-07-14", "last_day": "2028-07-13", "description": "De-aging in scenes 110 to 118 of “Harbor”.",
        "reason": "To be sent to her agent", "lines-TOTAL_FORMS": "1", "lines-INITIAL_FORMS": "0",
    } | line()  # fmt: skip
    return {name: value for name, value in (said | changes).items() if value is not None}


def page(answer):
    return re.sub(r"\s+", " ", answer.content.decode())


def text(parts):
    return "\n".join(part.text for part in parts)


# --- templates --------------------------------------------------------------------------------------------------------


def test_the_templates_are_drafts_for_lawyers_and_say_so():
    assert sorted(wordings.shipped()) == TEMPLATES
    for template in wordings.shipped().values():
        assert template.lines[1] == "A draft for your lawyers, not legal advice."


@pytest.mark.parametrize("code", TEMPLATES)
def test_a_template_has_every_blank_that_is_signed_and_none_unknown(code):
    blanks = set(wordings.BLANK.findall("\n".join(wordings.shipped()[code].lines)))
    assert {"studio", "performer", "production", "blocks", "description", "term"} <= blanks <= wordings.BLANKS
    assert any(line.startswith("> ") for line in wordings.shipped()[code].lines)


@pytest.mark.parametrize("code", TEMPLATES)
def test_no_template_leaves_the_use_open(code):
    """Our own words stand the look that a description is given."""
    found = description_lint.look_over("\n".join(wordings.shipped()[code].lines))
    assert not [one for one in found if one.end]


@pytest.mark.parametrize("code", TEMPLATES)
def test_every_template_merges_with_what_is_filled_in_unchanged(cast, code):
    hostile = "{studio} <b>{0.__class__}</b> \\1 in perpetuity"
    merged = text(drafting.text_of(riders.draft(cast, code, description=hostile, **FOR_HER), on=date(2026, 7, 14)))
    assert hostile in merged and "Miranda Valeska" in merged and "“Harbor”" in merged
    assert "I allow de-aging (face) in" in merged and "From 14 July 2026 until 13 July 2028." in merged


# --- drafting ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "changes, code",
    [
        ({"lines": ()}, "rider.no_lines"),
        ({"description": " "}, "rider.no_description"),
        ({"term_end": date(2026, 7, 14)}, "rider.term"),
        ({"template": "guardian"}, "rider.signatory"),
        ({"template": "estate", "signatory": "Ann Lee"}, "rider.signatory"),
    ],
)
def test_what_nobody_could_sign_is_not_drafted(cast, changes, code):
    with pytest.raises(Invalid) as refused:
        riders.kept(cast, **changes)
    assert refused.value.code == code
    assert not Rider.objects.exists() and not Event.objects.filter(tag="rider:drafted").exists()


def test_a_production_of_another_studio_is_refused(cast):
    theirs = Production.objects.create(studio=Organisation.objects.get(name="Southgate Films"), title="Quay")
    with pytest.raises(Invalid):
        riders.kept(cast, production=theirs)
    assert not Rider.objects.exists()


@pytest.mark.parametrize("who", ["ada", "sol"])
def test_only_who_enters_consents_there_drafts(cast, who):
    with pytest.raises(NotAllowed):
        riders.kept(cast, by=getattr(cast, who))
    assert not Rider.objects.exists()


def test_the_number_and_the_hash_of_the_text_stand_on_each_page(cast, monkeypatch):
    drawn, long = [], "De-aging in scenes 110 to 118 of “Harbor”. " * 200
    draw = Canvas.drawString
    monkeypatch.setattr(Canvas, "drawString", lambda page, x, y, said, **how: (drawn.append(said), draw(page, x, y, said, **how)))
    kept = riders.kept(cast, description=long)
    pages = drafting.opened(kept, by=cast.ines, at=NOON).count(b"/Type /Page\n")
    assert pages > 1 and drawn == [f"{kept.public_id} · {kept.text_sha256}"] * pages
    merged = drafting.text_of(riders.draft(cast, description=long), on=NOON.date())
    assert kept.text_sha256 == hashlib.sha256("\n\n".join(part.text for part in merged).encode()).hexdigest()


def test_the_hash_is_fixed_when_it_is_kept(cast):
    kept = riders.kept(cast)
    content = drafting.opened(kept, by=cast.ines, at=NOON)
    assert hashlib.sha256(content).hexdigest() == kept.sha256
    event = Event.objects.get(tag="rider:drafted")
    assert kept.sha256 in event.body and "Valeska" not in event.body
    with pytest.raises(AppendOnlyError):
        kept.save()


def test_a_damaged_draft_is_not_shown(cast):
    kept = riders.kept(cast)
    kept.sha256 = "0" * 64
    with pytest.raises(drafting.DraftDamaged):
        drafting.opened(kept, by=cast.ines, at=NOON)
    assert not Event.objects.filter(tag="rider:viewed").exists()


def test_who_is_erased_takes_the_draft_with_them(cast):
    kept = riders.kept(cast)
    dpo = world.lawyer("uma", "Reed", cast.northlight, "dpo")
    registry_people.erase(cast.mira, by=dpo, at=NOON, reason="Asked for it")
    with pytest.raises(registry_people.Erased):
        drafting.opened(Rider.objects.get(pk=kept.pk), by=cast.ines, at=NOON)
    with pytest.raises(registry_people.Erased):
        riders.kept(cast)


# --- at the desk ------------------------------------------------------------------------------------------------------


@pytest.fixture
def desk(cast):
    return at_the_desk(cast.ines)


def test_it_is_read_before_it_is_kept(cast, desk):
    told = page(desk.post(f"{RIDERS}add/", sent(cast, preview="1", reason=None)))
    assert "Miranda Valeska" in told and "I allow de-aging (face)" in told and "Not kept yet. SHA-256" in told
    assert not Rider.objects.exists()


def test_return_reads_the_draft_and_keeps_nothing(cast, desk):
    """A browser presses the first button of the form."""
    form = page(desk.get(f"{RIDERS}add/")).split("data-entry", 1)[1]
    assert form.split("<button", 1)[1].startswith(' name="preview" value="1" hidden>') and not Rider.objects.exists()


def test_it_is_kept_opened_and_named_on_the_consent_that_it_became(cast, desk):
    assert desk.post(f"{RIDERS}add/", sent(cast)).status_code == 302
    kept = Rider.objects.get()
    paper = desk.get(f"{RIDERS}{kept.public_id}/rider.pdf")
    assert paper["Content-Type"] == "application/pdf" and hashlib.sha256(paper.content).hexdigest() == kept.sha256
    assert Event.objects.filter(tag="rider:viewed").count() == 1
    told = page(desk.get(f"{RIDERS}{kept.public_id}/"))
    assert kept.sha256 in told and kept.text_sha256 in told
    desk.post(f"{FILES}add/", entry(cast, papers=rider(content=paper.content)))
    grant = Grant.objects.get()
    assert Evidence.objects.get().sha256 == kept.sha256
    for address in (f"{FILES}{grant.public_id}/", f"{FILES}{grant.public_id}/verify/"):
        assert "as drafted on" in page(desk.get(address)), address


@pytest.mark.parametrize("of", ["another person’s", "another paper"])
def test_only_the_very_bytes_of_a_draft_of_that_person_are_as_drafted(cast, desk, of):
    kept = riders.kept(cast, person=cast.jon) if of == "another person’s" else riders.kept(cast)
    content = drafting.opened(kept, by=cast.ines, at=NOON) + (b"" if of == "another person’s" else b"\n")
    desk.post(f"{FILES}add/", entry(cast, papers=rider(content=content)))
    assert "as drafted on" not in page(desk.get(f"{FILES}{Grant.objects.get().public_id}/"))


def test_what_is_missing_is_said_and_nothing_is_kept(cast, desk):
    for changes in ({"description": ""}, {"reason": ""}, {"template": "guardian"}, {"lines-0-territories": "Atlantis"}):
        answer = desk.post(f"{RIDERS}add/", sent(cast, **changes))
        assert answer.status_code == 422, changes
    assert not Rider.objects.exists()


def test_it_starts_from_a_consent_on_file(cast, desk):
    grant = world.verified(cast)
    told = page(desk.get(f"{RIDERS}add/?grant={grant.public_id}"))
    assert "De-aging of the performer&#x27;s face" in told
    desk.post(f"{RIDERS}add/?grant={grant.public_id}", sent(cast))
    assert Rider.objects.get().started_from == grant


def test_another_studio_starts_from_nothing_of_ours(cast):
    grant, sol = world.verified(cast), at_the_desk(cast.sol)
    told = page(sol.get(f"{RIDERS}add/?grant={grant.public_id}&person={cast.mira.public_id}"))
    assert "De-aging of the performer" not in told and "M. Vale" not in told
    assert sol.post(f"{RIDERS}add/", sent(cast)).status_code == 422
    assert not Rider.objects.exists()


def test_a_block_that_is_not_on_file_reads_as_one_that_is(cast):
    block = Line("grant", ("de_aging",), ("face",), ("DE",), productions=(cast.harbor,))
    on_file = world.verified(cast, lines=(block,)).revisions.get().lines.get()
    told = text(drafting.text_of(riders.draft(cast, lines=(block,)), on=NOON.date()))
    assert in_words.line_in_words(on_file, drafting.OPENINGS) in told


def test_a_block_that_names_no_production_is_for_the_rider_s_own(cast):
    told = text(drafting.text_of(riders.draft(cast), on=NOON.date()))
    assert "in Harbor" in told and "in any production" not in told


@pytest.mark.parametrize("places", [("WORLD",), ("DE", "CN")])
def test_it_starts_from_what_was_not_cleared(cast, desk, places):
    """What was refused everywhere is asked for as it was asked; else only where it was refused."""
    where = "DE" if places != ("WORLD",) else "JP"
    world.verified(cast, lines=(Line("grant", ("voice_clone",), ("voice",), (where,)),))
    who = Depiction("1", cast.mira.public_id, "target_likeness", "face", "de_aging")
    question = clearance.Question(act="generate", depictions=(who,), territories=places)
    decision = clearance.decide(
        question, production=cast.harbor, requester=cast.northlight, purpose="clearance", at=NOON
    )  # fmt: skip
    assert decision.outcome == "deny"
    assert "Prepare the rider" in page(desk.get(f"/admin/consent/decision/{decision.public_id}/"))
    told = page(desk.get(f"{RIDERS}add/?decision={decision.public_id}"))
    assert "What would clear what was refused" in told and "M. Vale" in told and "depicted as" not in told
    assert re.search(r'value="(World|China, Germany)"', told)
    desk.post(f"{RIDERS}add/?decision={decision.public_id}", sent(cast))
    assert Rider.objects.get().to_clear == decision
