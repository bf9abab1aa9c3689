"""A studio's spreadsheet becomes consent files: each whole or not at all, none twice, every bad row explained."""

import csv
import io
from datetime import date

import pytest
from django.core.files.storage import default_storage

from consent import endings, grants, worklists
from consent.imports import columns, runs
from consent.models import Evidence, Grant, GrantRevision, Import, ImportResult, ScopeLine, Verification
from registry import journal, people
from registry.errors import Conflict, Invalid, NotAllowed, RegistryError, TooLarge
from registry.models import Event, Membership, Person
from registry.spreadsheets import written
from tests import cast as world
from tests.spreadsheets import begun, carried_out, file, row, sent_in

pytestmark = pytest.mark.django_db
OUTCOMES = ImportResult.Outcome


@pytest.fixture(autouse=True)
def _no_pause(monkeypatch):
    """Nobody else waits to write here."""
    monkeypatch.setattr(runs, "PAUSE", 0)


def nothing_entered():
    return not (Grant.objects.exists() or GrantRevision.objects.exists() or ScopeLine.objects.exists() or Event.objects.exists())


def stays_the_same(cast):
    return nothing_entered() and Person.objects.count() == 2


# ── The whole of it ──────────────────────────────────────────────────────────────────────────────────────────────

BAD = [
    {"territories": "Atlantis"}, {"uses": "mind reading"}, {"uses": ""}, {"modalities": ""}, {"effective_from": "soon"},
    {"effective_from": ""}, {"last_day": "2026-05-02"}, {"last_day": "31.12.27"}, {"last_day": "2026-02-30"},
    {"productions": "Harbour"}, {"kind": "handshake"}, {"effect": "perhaps"}, {"media": "cinema, telepathy"},
    {"territories": "World ex. Atlantis"}, {"territories": ""}, {"territories": "Germany except China"},
    {"description": ""}, {"alias": ""}, {"number": ""}, {"number": "N" * 41}, {"alias": "M. Vale\u202e"},
    {"birth_date": "1980-01-01"}, {"birth_date": "2 March"}, {"authority": "Executor"}, {"territories": "Germany except Germany"},
    {"alias": "Estate of Nobody", "kind": "Estate"}, {"birth_date": "2031-01-01", "alias": "Unborn"},
    {"effective_from": "03.02.26"}, {"uses": "all"}, {"territories": "Europe"}, {"modalities": "soul"},
    {"media": "none"}, {"authority": "Bell & Co"}, {"effective_from": "9999-12-31"}, {"last_day": "five years"},
    {"productions": "Harbor; Harbour"}, {"uses": "De-aging; =cmd()"},
]  # fmt: skip


def four_hundred():
    """400 consents of one row each, of which 37 are bad, each in its own way, spread over the file."""
    rows = [row(f"C-{number:04}") for number in range(400)]
    for number, changes in enumerate(BAD):
        rows[number * 10 + 3] |= changes
    return rows


def test_of_400_rows_with_37_bad_363_are_imported_and_37_explained_and_none_by_half(cast):
    assert len(BAD) == 37
    run = sent_in(cast, file(*four_hundred()))
    found = runs.preview(run, at=world.NOON)
    assert (found.consents["imported"], found.consents["refused"], len(found.refused)) == (363, 37, 37)
    assert stays_the_same(cast) and not ImportResult.objects.exists()

    runs.begin(run, by=cast.ines, at=world.NOON, reason="Moving")
    while runs.carry_on(run.public_id, clock=lambda: world.NOON):
        pass
    run.refresh_from_db()
    assert (run.state, run.imported, run.refused, run.done, run.total) == ("done", 363, 37, 400, 400)
    assert Grant.objects.count() == GrantRevision.objects.count() == ScopeLine.objects.count() == 363
    assert not Verification.objects.exists() and not Evidence.objects.exists()
    refused = {one.row: one for one in run.results.filter(outcome="refused")}
    assert set(refused) == {number * 10 + 5 for number in range(37)}
    assert all(one.sentence.endswith(".") and len(one.sentence) > 20 and one.grant is None for one in refused.values())
    assert {one.row: one.sentence for _, one in found.refused} == {row: one.sentence for row, one in refused.items()}
    assert run.results.filter(outcome="imported").exclude(grant=None).count() == 363
    assert Event.objects.filter(tag="grant:entered").count() == 363 and not journal.broken_links()
    assert Person.objects.count() == 2


def test_sent_again_corrected_the_rejects_come_in_and_nothing_twice(cast):
    run = carried_out(cast, file(*four_hundred()))
    rejects = "".join(written(runs.rejects(run, at=world.NOON), delimiter=run.delimiter))
    rows = list(csv.reader(io.StringIO(rejects.removeprefix("\ufeff"))))
    assert rows[0][-1] == columns.REASON and len(rows) == 38 and all(line[-1].endswith(".") for line in rows[1:])

    again = sent_in(cast, rejects.encode(), name="rejects.csv")
    assert runs.preview(again, at=world.NOON).consents == {"refused": 37}
    with pytest.raises(Invalid, match="Nothing in this file can be imported"):
        runs.begin(again, by=cast.ines, at=world.NOON, reason="Again")
    twice = list(csv.reader(io.StringIO("".join(written(runs.rejects(again, at=world.NOON))).removeprefix("\ufeff"))))
    assert twice[0] == rows[0]

    whole = sent_in(cast, file(*(row(f"C-{number:04}") for number in range(400))))
    assert runs.preview(whole, at=world.NOON).consents == {"imported": 37, "on_file": 363}
    done = carried_out(cast, file(*(row(f"C-{number:04}") for number in range(400))))
    assert (done.imported, done.on_file, done.refused) == (37, 363, 0) and Grant.objects.count() == 400
    assert "is on file already" in done.results.filter(outcome="on_file").first().sentence


def test_what_is_imported_waits_for_its_paper_and_the_second_lawyer(cast):
    carried_out(cast, file(row()))
    grant = Grant.objects.get()
    revision = grant.revisions.get()
    assert (grant.person, grant.production, grant.kind, grant.entered_by) == (cast.mira, cast.harbor, "rider", cast.ines)
    assert (revision.effective_from, revision.term_end) == (date(2026, 5, 3), date(2028, 5, 3))
    at = world.NOON
    assert not worklists.to_verify(Grant.objects.all(), at=at).exists()
    assert worklists.without_paper(Grant.objects.all(), at=at).get() == revision
    with pytest.raises(Invalid, match="no signed document"):
        grants.verify(revision, by=cast.tobi, at=at, reason="In a hurry")
    second = grants.amend(grant, terms=world.terms(), by=cast.ines, at=at, reason="With its paper")
    assert not worklists.without_paper(Grant.objects.all(), at=at).exists()
    with pytest.raises(NotAllowed):
        grants.verify(second, by=cast.ines, at=at, reason="I know it is right")
    grants.verify(second, by=cast.tobi, at=at, reason="Compared")
    assert worklists.with_state(Grant.objects.all(), at=at).get().state == "active"


def test_the_journal_says_of_each_grant_where_it_came_from_and_why(cast):
    run = carried_out(cast, file(row()))
    grant = Grant.objects.get()
    event = Event.objects.get(chain=grant.public_id)
    assert event.reason == f"Moving from the old spreadsheet – “consents.csv”, row 2, {run.public_id}"
    assert [one.tag for one in journal.chain(run.public_id)] == ["import:begun", "import:finished"]
    assert run.sha256 in journal.chain(run.public_id).last().body and not journal.broken_links()


def test_it_is_undone_by_a_new_record_alone(cast):
    carried_out(cast, file(row()))
    grant = Grant.objects.get()
    at = world.NOON
    endings.end(
        grant, kind="annulled", mode="annul", received_at=at, effective_at=at, by=cast.ines, at=at, confirmed_by=cast.tobi,
        reason="By mistake",
    )  # fmt: skip
    assert worklists.with_state(Grant.objects.all(), at=world.NOON).get().state == "ended"
    assert Grant.objects.count() == 1 and grant.revisions.count() == 1


# ── Rows of one number ───────────────────────────────────────────────────────────────────────────────────────────


def test_rows_of_one_number_are_blocks_of_one_grant(cast):
    carried_out(cast, file(
        row(uses="De-aging; Face replacement", territories="World ex. China and Russia", media="SVOD, Cinema & DVD"),
        row("C-0200", productions=""),
        row(alias="", birth_date="", kind="", effective_from="", last_day="", description="", effect="Excluded",
            uses="Voice cloning", modalities="voice", territories="EU; UK", media="", productions="all"),
    ))  # fmt: skip
    grant = Grant.objects.get(number="C-0142")
    first, second = grant.revisions.get().lines.all()
    assert (first.uses, first.modalities) == (["de_aging", "face_replacement"], ["face"])
    assert first.media == ["svod", "theatrical", "physical"]
    assert (first.territories, first.territories_except) == (["WORLD"], ["CN", "RU"])
    assert (second.effect, second.uses, second.territories, second.media) == ("exclude", ["voice_clone"], ["EU", "GB"], [])
    assert list(first.productions.all()) == [cast.harbor] and not second.productions.exists() and grant.production is None


@pytest.mark.parametrize(("changes", "said"), [
    ({"territories": "Atlantis"}, "“Atlantis” cannot be taken"),
    ({"alias": "Jon Abara", "territories": "Germany", "birth_date": ""}, "Row 2 of the same number says otherwise"),
    ({"last_day": "2029-01-01", "territories": "Germany"}, "Row 2 of the same number says otherwise"),
    ({}, "It says the same as row 2"),
    ({"productions": "Harbour"}, "No production on file is called “Harbour”"),
])  # fmt: skip
def test_rows_of_one_number_stand_or_fall_together(cast, changes, said):
    run = carried_out(cast, file(row(), row(**changes), row("C-0200")))
    assert [one.number for one in Grant.objects.all()] == ["C-0200"] and ScopeLine.objects.count() == 1
    first, second = run.results.filter(outcome="refused")
    assert said in second.sentence and first.sentence.startswith("Row 3 has the same number")


def test_blocks_may_have_days_of_their_own_within_the_term_and_apart(cast):
    names = ["number", "alias", "effective_from", "last_day", "uses", "modalities", "territories", "description"]
    head = "File no,Performer,Effective from,Term end,Uses,Modality,Territory,Description,Block from,Block to\n"
    line = "{0},M. Vale,2026-01-01,2027-12-31,De-aging,Face,World,In scene 1,{1},{2}\n"
    spans = [("A", "", "2026-06-30"), ("A", "2026-07-01", ""), ("B", "2025-12-31", ""), ("C", "", "2028-01-01"),
             ("D", "2026-05-02", "2026-05-01"), ("E", "", "2026-06-30"), ("E", "2026-06-30", "")]  # fmt: skip
    run = carried_out(cast, (head + "".join(line.format(*span) for span in spans)).encode())
    assert len(names) == 8 and [one.number for one in Grant.objects.all()] == ["A"]
    first, second = ScopeLine.objects.all()
    assert (first.start, first.end, second.start, second.end) == (None, date(2026, 7, 1), date(2026, 7, 1), None)
    told = {one.number: one.sentence for one in run.results.filter(outcome="refused")}
    assert "begins outside the term" in told["B"] and "ends outside the term" in told["C"]
    assert "ends before it begins" in told["D"] and "their days overlap" in told["E"]


# ── Whom and what the rows name ──────────────────────────────────────────────────────────────────────────────────


def test_who_is_not_on_file_is_added_once_and_known_to_the_rows_after(cast):
    run = sent_in(cast, file(*(row(f"C-{number}", alias="K. Noor", birth_date="2012-04-01") for number in range(3)),
                             row("C-9", alias="K. Noor", birth_date="1970-01-01")))  # fmt: skip
    found = runs.preview(run, at=world.NOON)
    assert (found.new_people, found.consents) == (1, {"imported": 3, "refused": 1}) and Person.objects.count() == 2
    run = carried_out(cast, file(*(row(f"C-{number}", alias="K. Noor", birth_date="2012-04-01") for number in range(3)),
                                 row("C-9", alias="K. Noor", birth_date="1970-01-01")))  # fmt: skip
    noor = Person.objects.get(alias="K. Noor")
    assert noor.birth_date == date(2012, 4, 1) and noor.never_public and noor.authorities.get().kind == "self"
    assert noor.grants.count() == 3 and run.refused == 1
    assert [one.tag for one in journal.chain(noor.public_id)] == ["person:added"]


def test_a_date_of_birth_that_the_file_lacks_is_filled_in_and_one_that_differs_is_refused(cast):
    cast.mira.birth_date = None
    cast.mira.save()
    run = carried_out(cast, file(row("C-1"), row("C-2", birth_date="1975-01-01")))
    assert Person.objects.get(pk=cast.mira.pk).birth_date == date(1974, 3, 2)
    refused = run.results.get(outcome="refused")
    assert refused.number == "C-2" and "another legal name or date of birth" in refused.sentence
    assert "1974" not in refused.sentence and "1975" not in refused.sentence


def test_no_sentence_repeats_a_date_of_birth_or_a_legal_name(cast):
    head = "File no,Performer,Legal name,DOB,Effective from,Uses,Modality,Territory,Description\n"
    line = "C-1,M. Vale,Secret Name,31/31/1974,2026-01-01,De-aging,Face,World,x\n"
    run = carried_out(cast, (head + line + "C-2,M. Vale,,,2026-01-01,De-aging,Face,World,x\n").encode())
    refused = run.results.get(outcome="refused")
    assert "1974" not in refused.sentence and "Secret" not in refused.sentence and refused.column == "DOB"


def test_who_signed_for_the_performer_must_be_verified_on_file(cast):
    given = {"kind": "agent", "party": "Bell & Co", "basis": "Letter of 2 May 2026", "at": world.NOON, "reason": "Letter"}
    waiting = people.record_authority(cast.mira, by=cast.ines, **given)
    assert carried_out(cast, file(row("C-1", authority="Agent"), row("C-2"))).refused == 1
    verified = people.verify_authority(waiting, by=cast.tobi, at=world.NOON, reason="Compared")
    carried_out(cast, file(row("C-1", authority="Agent"), row("C-3", authority="bell & co"), row("C-4", authority="The person")))
    told = {one.number: one.revisions.get().authority for one in Grant.objects.all()}
    assert told == {"C-1": verified, "C-2": None, "C-3": verified, "C-4": None}


def test_another_studios_people_and_productions_are_not_looked_at(cast):
    run = runs.receive(studio=cast.southgate, name="theirs.csv", content=file(row()), by=cast.sol, at=world.NOON)
    runs.explain(run, said=runs.proposed(run), order="", by=cast.sol)
    found = runs.preview(run, at=world.NOON)
    assert found.consents == {"refused": 1} and "No production on file" in found.refused[0][1].sentence


# ── Files that are not taken ─────────────────────────────────────────────────────────────────────────────────────

SOUND = file(row()).decode("utf-8-sig")


@pytest.mark.parametrize(("content", "said"), [
    (b"", "The file is empty"),
    (b"\xef\xbb\xbf\r\n \n", "The file is empty"),
    (SOUND.partition("\n")[0].encode(), "no row below them"),
    (b",,,\n1,2,3,4\n", "The first row has no headings"),
    (SOUND.replace("Uses", "Performer").encode(), "The heading “Performer” stands over columns B and G"),
    (SOUND.replace("Rider", "Ri\0der").encode(), "Line 2 holds a character that is no text (NUL)"),
    (SOUND.replace("Rider", '"Rider').encode(), "A quotation mark may be missing"),
    (SOUND.replace("Rider", "x" * 200_000).encode(), "Line 2 cannot be parted into cells"),
    (b"PK\x03\x04" + bytes(400), "This is a workbook"),
    (SOUND.encode() + b"x,y\n" * 20_001, "Send up to 20000 at once"),
    (SOUND.encode() + b"a" * (20 * 1024 * 1024), "over 20 MB"),
    (b"Uses" + b"," * 5000 + b"\n" + b"1," * 300, "Files of up to 200 columns"),
], ids=lambda value: value if isinstance(value, str) else "")  # fmt: skip
def test_a_file_that_cannot_be_read_is_explained_and_not_kept(cast, content, said):
    with pytest.raises(RegistryError) as refused:
        runs.receive(studio=cast.northlight, name="bad.csv", content=content, by=cast.ines, at=world.NOON)
    assert isinstance(refused.value, Invalid | TooLarge) and said in refused.value.detail
    assert stays_the_same(cast) and not Import.objects.exists() and not default_storage.exists("imports")


def test_missing_columns_and_two_columns_for_one_fact_are_told(cast):
    headings = [name for name in row() if name not in ("uses", "territories")]
    run = runs.receive(studio=cast.northlight, name="a.csv", content=file(row(), headings=headings), by=cast.ines, at=world.NOON)
    with pytest.raises(Invalid, match="No column says: Uses, Territories"):
        runs.explain(run, said=runs.proposed(run), order="", by=cast.ines)
    whole = runs.receive(studio=cast.northlight, name="a.csv", content=file(row()), by=cast.ines, at=world.NOON)
    with pytest.raises(Invalid, match="Uses: two columns say so"):
        runs.explain(whole, said=runs.proposed(whole) | {"Media": "uses"}, order="", by=cast.ines)
    assert stays_the_same(cast) and not Import.objects.exclude(columns={}).exists()


def test_the_order_of_days_and_months_is_asked_once_and_never_guessed(cast):
    content = file(row("C-1", effective_from="31/12/2026"), row("C-2", effective_from="03/04/2026"))
    with pytest.raises(Invalid, match="“Effective from” in row 3 says 03/04/2026"):
        sent_in(cast, content)
    assert not Import.objects.exclude(columns={}).exists() and stays_the_same(cast)
    for order, day, refused in (("day", date(2026, 4, 3), 0), ("month", date(2026, 3, 4), 1)):
        run = sent_in(cast, content, order=order)
        scales = runs.Scales(run)
        assert scales.weigh(scales.groups[1], at=world.NOON).entry.effective_from == day
        assert runs.preview(run, at=world.NOON).consents["refused"] == refused


def test_columns_are_remembered_for_the_studios_next_file(cast):
    content = file(row()).decode("utf-8-sig").replace("Uses", "Zweck").replace("Media", "Kanäle").encode()
    run = runs.receive(studio=cast.northlight, name="a.csv", content=content, by=cast.ines, at=world.NOON)
    assert runs.proposed(run)["Zweck"] == ""
    runs.explain(run, said=runs.proposed(run) | {"Zweck": "uses", "Type": ""}, order="", by=cast.ines)
    second = runs.receive(studio=cast.northlight, name="b.csv", content=content, by=cast.tobi, at=world.NOON)
    assert runs.proposed(second)["Zweck"] == "uses" and runs.proposed(second)["Type"] == ""
    other = runs.receive(studio=cast.southgate, name="c.csv", content=content, by=cast.sol, at=world.NOON)
    assert runs.proposed(other)["Zweck"] == "" and runs.proposed(other)["Type"] == "kind"


# ── Who may, and when ────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("who", ["ada", "sol"])
def test_only_who_may_enter_consents_of_the_studio_may_import_them(cast, who):
    stranger = getattr(cast, who)
    run = sent_in(cast, file(row()))
    acts = [
        lambda: runs.receive(studio=cast.northlight, name="a.csv", content=file(row()), by=stranger, at=world.NOON),
        lambda: runs.reread(run, encoding="cp1252", delimiter=",", by=stranger),
        lambda: runs.explain(run, said=run.columns, order="", by=stranger),
        lambda: runs.begin(run, by=stranger, at=world.NOON, reason="Mine"),
    ]
    for act in acts:
        with pytest.raises(NotAllowed):
            act()
    run.refresh_from_db()
    assert run.state == "draft" and stays_the_same(cast) and Import.objects.count() == 1


def test_it_stops_by_itself_when_whoever_began_it_may_no_longer_enter(cast):
    run = begun(cast, file(row("C-1")))
    Membership.objects.filter(user=cast.ines).update(role=Membership.Role.AUDITOR)
    assert runs.carry_on(run.public_id, clock=lambda: world.NOON) is False
    run.refresh_from_db()
    assert run.state == "stopped" and "does not let you import consents" in run.trouble and not Grant.objects.exists()
    assert journal.chain(run.public_id).last().tag == "import:stopped"


def test_it_needs_a_reason_and_runs_once(cast):
    run = sent_in(cast, file(row()))
    with pytest.raises(journal.ReasonRequired):
        runs.begin(run, by=cast.ines, at=world.NOON, reason=" ")
    run.refresh_from_db()
    assert run.state == "draft" and nothing_entered()
    runs.begin(run, by=cast.ines, at=world.NOON, reason="Moving")
    with pytest.raises(Conflict, match="being imported"):
        runs.begin(run, by=cast.tobi, at=world.NOON, reason="Moving")


# ── Batches ──────────────────────────────────────────────────────────────────────────────────────────────────────


class Clock:
    """Lets a turn last so many batches."""

    def __init__(self, batches):
        self.left = 2 * batches + 1

    def __call__(self):
        self.left -= 1
        return world.NOON if self.left > 0 else world.NOON + runs.TURN


@pytest.fixture
def small(monkeypatch):
    monkeypatch.setattr(runs, "BATCH", 3)


def test_it_is_stopped_between_batches_and_goes_on_where_it_was(cast, small):
    run = begun(cast, file(*(row(f"C-{number}") for number in range(10))))
    assert runs.carry_on(run.public_id, clock=Clock(2)) is True
    assert Grant.objects.count() == 6
    runs.stop(run, by=cast.tobi, at=world.NOON, reason="Wrong file")
    assert runs.carry_on(run.public_id, clock=lambda: world.NOON) is False
    run.refresh_from_db()
    assert (run.state, run.done, Grant.objects.count()) == ("stopped", 6, 6)
    runs.begin(run, by=cast.tobi, at=world.NOON, reason="It was the right one")
    assert runs.carry_on(run.public_id, clock=lambda: world.NOON) is False
    run.refresh_from_db()
    assert (run.state, run.imported, Grant.objects.count()) == ("done", 10, 10)
    assert Grant.objects.filter(entered_by=cast.tobi).count() == 4


def test_a_batch_that_fails_leaves_nothing_and_is_done_again(cast, small, monkeypatch):
    run = begun(cast, file(*(row(f"C-{number}", alias="K. Noor", birth_date="") for number in range(10))))
    enter = grants.enter

    def fails_at_the_fifth(**said):
        if said["number"] == "C-4":
            raise KeyboardInterrupt
        return enter(**said)

    monkeypatch.setattr(grants, "enter", fails_at_the_fifth)
    with pytest.raises(KeyboardInterrupt):
        runs.carry_on(run.public_id, clock=lambda: world.NOON)
    run.refresh_from_db()
    assert (run.state, run.done) == ("running", 3)
    assert Grant.objects.count() == ImportResult.objects.count() == 3
    monkeypatch.setattr(grants, "enter", enter)
    assert runs.to_call(at=world.NOON) == [] and runs.to_call(at=world.NOON + runs.SILENT) == [run.public_id]
    runs.carry_on(run.public_id, clock=lambda: world.NOON)
    run.refresh_from_db()
    assert (run.state, run.imported) == ("done", 10) and Grant.objects.count() == 10
    assert Person.objects.filter(alias="K. Noor").count() == 1


def test_two_workers_at_once_enter_nothing_twice(cast, small, monkeypatch):
    run = begun(cast, file(*(row(f"C-{number}") for number in range(9))))
    late = runs.Scales(Import.objects.get(pk=run.pk))
    assert runs.carry_on(run.public_id, clock=Clock(1)) is True
    assert runs._one_batch(late, at=world.NOON) is False and Grant.objects.count() == 3
    runs.carry_on(run.public_id, clock=lambda: world.NOON)
    assert Grant.objects.count() == ImportResult.objects.count() == 9


def test_a_number_taken_meanwhile_is_told_in_its_row(cast):
    run = sent_in(cast, file(row("C-0142"), row("C-2")))
    world.entered(cast)
    runs.begin(run, by=cast.ines, at=world.NOON, reason="Moving")
    runs.carry_on(run.public_id, clock=lambda: world.NOON)
    assert [(one.number, one.outcome) for one in run.results.all()] == [("C-0142", "on_file"), ("C-2", "imported")]


# ── What is kept of the file ─────────────────────────────────────────────────────────────────────────────────────


def test_the_file_lies_encrypted_and_is_forgotten_once_it_is_not_needed(cast):
    run = sent_in(cast, file(row(), row("C-2", uses="")))
    with default_storage.open(run.storage_key) as kept:
        assert b"Vale" not in kept.read()
    runs.begin(run, by=cast.ines, at=world.NOON, reason="Moving")
    runs.carry_on(run.public_id, clock=lambda: world.NOON)
    run.refresh_from_db()
    key = run.storage_key
    runs.forget_old(at=world.NOON)
    assert default_storage.exists(key) and list(runs.rejects(run, at=world.NOON))
    runs.forget_old(at=world.NOON + runs.KEPT)
    run.refresh_from_db()
    assert not default_storage.exists(key) and not run.storage_key and not run.sealed_key
    with pytest.raises(Conflict, match="forgotten"):
        list(runs.rejects(run, at=world.NOON))
    assert run.results.count() == 2
    whole = carried_out(cast, file(row("C-3")))
    assert whole.storage_key == ""


@pytest.mark.parametrize(("column", "formula"), [
    ("description", "=cmd|'/c calc'!A0"), ("description", "@SUM(A1)"), ("uses", "=1+1"), ("alias", "+1+cmd"), ("alias", "-2+3"),
    ("number", '=HYPERLINK("http://elsewhere.example")'),
])  # fmt: skip
def test_a_row_with_a_formula_is_explained_and_nothing_of_it_is_written(cast, column, formula):
    run = carried_out(cast, file(row("C-1") | {column: formula}, row("C-2")))
    assert [grant.number for grant in Grant.objects.all()] == ["C-2"] and Person.objects.count() == 2
    refused = run.results.get(outcome=OUTCOMES.REFUSED)
    assert (refused.row, refused.sentence) == (2, "The cell holds a formula. Write what it comes to, as it stands on the paper.")
    rejects = "".join(written(runs.rejects(run, at=world.NOON)))
    cells = next(csv.reader(io.StringIO(rejects.splitlines()[-1])))
    assert f"'{formula}" in cells and not any(cell.startswith(("=", "+", "-", "@")) for cell in cells)


@pytest.mark.parametrize("said", ["-M-", "- De-aging of the face", "@mira", "+ what scene 3 needs"])
def test_text_that_only_begins_like_a_formula_is_text(cast, said):
    carried_out(cast, file(row("C-1", description=said)))
    assert GrantRevision.objects.get().description == said
