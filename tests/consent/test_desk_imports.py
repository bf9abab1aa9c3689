"""A lawyer brings a spreadsheet in at the desk: sends it, explains its columns, looks, imports; and corrects what was refused."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from consent import tasks
from consent.imports import runs
from consent.models import Grant, Import
from registry.models import Event, Person
from tests import cast as world
from tests.desk import FILES, at_the_desk
from tests.spreadsheets import HEADINGS, begun, carried_out, file, row, sent_in

pytestmark = pytest.mark.django_db
IMPORTS = "/admin/consent/import/"


@pytest.fixture(autouse=True)
def calls(monkeypatch):
    """What is called out to the workers; nobody else waits to write here."""
    called = []
    monkeypatch.setattr(runs, "PAUSE", 0)
    monkeypatch.setattr(tasks.carry_on, "delay", called.append)
    return called


def send(client, cast, content, name="consents.csv", **changes):
    sent = {"studio": cast.northlight.public_id, "file": SimpleUploadedFile(name, content, "text/csv")} | changes
    return client.post(f"{IMPORTS}add/", sent)


def said(run, **changes):
    """What the form of the columns sends when nothing is corrected."""
    chosen = runs.proposed(run)
    known = {"encoding": run.encoding, "delimiter": run.delimiter}
    return known | {f"column-{at}": chosen[heading] for at, heading in enumerate(chosen)} | changes


def text(answer):
    return re.sub(r"\s+", " ", answer.content.decode())


def test_from_the_list_of_consents_to_consents_on_the_list(cast, calls, django_capture_on_commit_callbacks):
    desk = at_the_desk(cast.ines)
    assert f'href="{IMPORTS}add/"' in text(desk.get(FILES))
    answer = send(desk, cast, file(row(), row("C-2", alias="K. Noor", birth_date="", media=""), row("C-3", uses="magic")))
    run = Import.objects.get()
    assert answer.status_code == 302 and answer.url == f"{IMPORTS}{run.public_id}/columns/"

    page = text(desk.get(answer.url))
    assert "3 rows for the files of Northlight Pictures" in page and "De-aging in scenes 110 to 118." in page
    answer = desk.post(answer.url, said(run))
    assert answer.status_code == 302 and answer.url == f"{IMPORTS}{run.public_id}/"

    page = text(desk.get(answer.url))
    assert "2 consents can be imported, 1 cannot" in page and "Nothing has been written yet" in page
    assert "1 person who is not on file yet will be added" in page and "1 row names no media" in page
    assert "“magic” cannot be taken" in page and "<td>4</td><td>C-3</td><td>Uses</td>" in page
    assert not Grant.objects.exists() and not Event.objects.exists() and Person.objects.count() == 2

    refused = desk.post(answer.url, {"reason": ""})
    assert refused.status_code == 422 and "Say why" in text(refused) and not calls
    with django_capture_on_commit_callbacks(execute=True):
        assert desk.post(answer.url, {"reason": "Moving from the spreadsheet"}).status_code == 302
    assert calls == [run.public_id]
    page = text(desk.get(answer.url))
    assert '<progress id="progress" max="3" value="0">' in page and '<meta http-equiv="refresh" content="3">' in page

    tasks.carry_on(run.public_id)
    page = text(desk.get(answer.url))
    assert "2 consents imported, 1 not" in page and "Add their papers" in page and "refresh" not in page
    assert Grant.objects.count() == 2
    listed = text(desk.get(f"{FILES}?verification=paper"))
    assert "C-0142" in listed and "C-2" in listed and "C-0142" not in text(desk.get(f"{FILES}?verification=waits"))
    assert "2</b>consents without their paper" in text(desk.get("/admin/"))


def test_the_rejects_are_a_spreadsheet_to_correct_and_send_again(cast):
    desk = at_the_desk(cast.ines)
    run = carried_out(cast, file(row(), row("C-2", uses="=HYPERLINK(1)")))
    answer = desk.get(f"{IMPORTS}{run.public_id}/rejects/")
    content = b"".join(answer.streaming_content).decode()
    assert answer["Content-Disposition"].startswith("attachment") and content.startswith("\ufeffFile no,")
    assert "'=HYPERLINK(1)" in content and "Why it was not imported" in content and "C-0142" not in content
    corrected = content.replace("'=HYPERLINK(1)", "De-aging").encode()
    assert send(desk, cast, corrected, "rejects.csv").status_code == 302
    again = Import.objects.latest("pk")
    desk.post(f"{IMPORTS}{again.public_id}/columns/", said(again))
    assert "1 consent can be imported." in text(desk.get(f"{IMPORTS}{again.public_id}/"))


@pytest.mark.parametrize(("content", "sentence"), [
    (b"", "The file is empty"), (b"PK\x03\x04rest", "This is a workbook"), (b"a,a\n1,2\n", "stands over columns A and B"),
    (b"a,b\n", "no row below them"), (b"a,b\n1,\x00\n", "no text (NUL)"),
], ids=lambda value: value if isinstance(value, str) else "")  # fmt: skip
def test_a_file_that_cannot_be_read_is_told_and_nothing_is_kept(cast, content, sentence):
    answer = send(at_the_desk(cast.ines), cast, content)
    assert answer.status_code == 422 and sentence in text(answer)
    assert not Import.objects.exists() and not Grant.objects.exists()


def test_a_file_over_20_mb_is_told_without_being_held(cast):
    answer = send(at_the_desk(cast.ines), cast, b"a,b\n" + b"x" * (20 * 1024 * 1024))
    assert answer.status_code == 413 and "over 20 MB" in text(answer) and not Import.objects.exists()


def test_letters_that_could_be_two_are_asked_for_before_anything_else(cast):
    desk = at_the_desk(cast.ines)
    content = file(row(alias="A@")).replace(b"\xef\xbb\xbf", b"").replace(b"A@", b"A\xdf")
    answer = send(desk, cast, content)
    run = Import.objects.get()
    assert run.encoding == ""
    page = text(desk.get(answer.url))
    assert "Windows, Western: Aß" in page and "Macintosh, Western: Aﬂ" in page
    refused = desk.post(answer.url, said(run))
    assert refused.status_code == 422 and "choose the line in which the words read right" in text(refused)
    assert desk.post(answer.url, said(run, encoding="cp1252")).url == answer.url
    run.refresh_from_db()
    assert run.encoding == "cp1252" and desk.post(answer.url, said(run)).status_code == 302
    assert runs.Scales(Import.objects.get()).sheet.rows[0].cells[1] == "Aß"


def test_letters_that_are_none_in_the_likelier_reading_are_asked_for_and_not_a_dead_end(cast):
    """Bytes that mean nothing to Windows led to a page that said “choose another reading” and offered none."""
    desk = at_the_desk(cast.ines)
    content = file(row(alias="A@")).replace(b"\xef\xbb\xbf", b"").replace(b"A@", b"a\x81")
    answer = send(desk, cast, content)
    run = Import.objects.get()
    assert run.encoding == ""
    page = desk.get(answer.url)
    assert page.status_code == 200 and "Macintosh, Western: aÅ" in text(page) and "1 row for the files" in text(page)
    refused = desk.post(answer.url, said(run, encoding="cp1252"))
    assert refused.status_code == 422 and "not written as Windows, Western. Choose another reading" in text(refused)
    assert desk.post(answer.url, said(run, encoding="mac_roman")).url == answer.url
    assert not Grant.objects.exists() and runs.opened(Import.objects.get()).rows[0].cells[1] == "aÅ"


def test_the_order_of_days_is_asked_on_the_page(cast):
    desk = at_the_desk(cast.ines)
    answer = send(desk, cast, file(row(effective_from="03/04/2026")))
    run = Import.objects.get()
    refused = desk.post(answer.url, said(run))
    assert refused.status_code == 422 and "says 03/04/2026: say whether the day or the month comes first" in text(refused)
    assert "03/04/2026 in row 2 is" in text(refused) and "4 March: the month comes first" in text(refused)
    assert desk.post(answer.url, said(run, order="day")).status_code == 302
    assert Import.objects.get().order == "day"


def test_columns_are_corrected_by_hand(cast):
    desk = at_the_desk(cast.ines)
    answer = send(desk, cast, file(row()).replace(b"Uses", b"Zweck"))
    run = Import.objects.get()
    refused = desk.post(answer.url, said(run))
    assert refused.status_code == 422 and "No column says: Uses" in text(refused)
    at = list(HEADINGS).index("uses")
    assert desk.post(answer.url, said(run, **{f"column-{at}": "uses"})).status_code == 302


def test_it_is_stopped_at_the_desk_and_gone_on_with(cast, calls, django_capture_on_commit_callbacks):
    desk = at_the_desk(cast.ines)
    run = begun(cast, file(row(), row("C-2")))
    address = f"{IMPORTS}{run.public_id}/"
    assert desk.post(f"{address}stop/", {"reason": ""}).status_code == 422
    assert desk.post(f"{address}stop/", {"reason": "Wrong file"}).status_code == 302
    tasks.carry_on(run.public_id)
    assert not Grant.objects.exists() and "2 not looked at" in text(desk.get(address))
    assert desk.post(f"{address}stop/", {"reason": "Again"}).status_code == 409
    with django_capture_on_commit_callbacks(execute=True):
        assert desk.post(address, {"reason": "It was right"}).status_code == 302
    tasks.carry_on(calls.pop())
    assert Grant.objects.count() == 2


def test_the_sweep_calls_out_what_stands_still_and_nothing_else(cast, calls):
    run = begun(cast, file(row()))
    sent_in(cast, file(row("C-2")))
    tasks.sweep()
    assert calls == [run.public_id]
    tasks.carry_on(run.public_id)
    calls.clear()
    tasks.sweep()
    assert calls == []


def test_who_may_not_enter_consents_sees_no_spreadsheet_and_can_do_nothing(cast):
    run = sent_in(cast, file(row()))
    for stranger, status in ((cast.ada, 403), (cast.sol, 404)):
        desk = at_the_desk(stranger)
        for page in ("", "columns/", "stop/", "rejects/"):
            assert desk.get(f"{IMPORTS}{run.public_id}/{page}").status_code == status
            answer = desk.post(f"{IMPORTS}{run.public_id}/{page}", {"reason": "Mine"} | said(run))
            assert answer.status_code in (status, 405)
        assert send(desk, cast, file(row())).status_code in (403, 422)
    run.refresh_from_db()
    assert run.state == "draft" and Import.objects.count() == 1 and not Grant.objects.exists() and not Event.objects.exists()


def test_hostile_cells_and_headings_are_shown_as_text(cast):
    evil = "<script>alert(1)</script>"
    content = file(row(uses=evil, description=evil), row(number=evil)).replace(b"Term end", b"Term end <script>")
    run = sent_in(cast, content, name=f"{evil}.csv")
    desk = at_the_desk(cast.ines)
    for address in (IMPORTS, f"{IMPORTS}{run.public_id}/", f"{IMPORTS}{run.public_id}/columns/"):
        page = desk.get(address).content.decode()
        assert "<script>alert" not in page and "&lt;script&gt;" in page
    assert runs.preview(run, at=world.NOON).consents["imported"] == 1
