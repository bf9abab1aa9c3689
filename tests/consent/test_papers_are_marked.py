"""Whoever reads a paper at the desk reads it with their name and the time across it; the paper on record stays as it was."""

from datetime import UTC, datetime
from io import BytesIO

import pytest
from PIL import Image, ImageChops
from pypdf import PdfReader, PdfWriter

from consent import marking, paper
from consent.models import Evidence
from registry.models import Event
from tests import cast as people
from tests.desk import FILES, at_the_desk

AT = datetime(2026, 11, 25, 18, 30, tzinfo=UTC)
MARK = marking.mark_of("Tobi Okafor", AT)
TWO_PAGES = people.printed("The first page.", "The second page.")


def marked(content, media_type="application/pdf"):
    return marking.marked(content, media_type, mark=MARK, name="rider.pdf")


def pages(pdf):
    return [page.extract_text() for page in PdfReader(BytesIO(pdf)).pages]


def locked(password, content=TWO_PAGES):
    writer, out = PdfWriter(clone_from=BytesIO(content)), BytesIO()
    writer.encrypt(password, "nobody may change it", algorithm="AES-256")
    writer.write(out)
    return out.getvalue()


def turned(degrees, content=TWO_PAGES):
    writer, out = PdfWriter(clone_from=BytesIO(content)), BytesIO()
    for page in writer.pages:
        page.rotate(degrees)
    writer.write(out)
    return out.getvalue()


def picture(kind, mode="RGB", size=(600, 400), colour="white"):
    out = BytesIO()
    Image.new(mode, size, colour).save(out, kind)
    return out.getvalue()


def test_it_says_who_looks_and_when():
    assert MARK == "Shown to Tobi Okafor · 25 November 2026, 18:30 UTC"


@pytest.mark.parametrize("content", [TWO_PAGES, turned(90), locked("")], ids=["plain", "turned", "locked against changes"])
def test_every_page_of_a_pdf_carries_it_and_keeps_its_own_words(content):
    first, second = pages(marked(content))
    assert MARK in first and "The first page." in first
    assert MARK in second and "The second page." in second


@pytest.mark.parametrize(("kind", "mode", "colour"), [
    ("JPEG", "RGB", "white"), ("JPEG", "RGB", "black"), ("JPEG", "L", 255), ("JPEG", "CMYK", 0),
    ("PNG", "RGBA", (255, 255, 255, 0)), ("PNG", "P", 0), ("PNG", "1", 1),
])  # fmt: skip
def test_a_scan_carries_it_and_stays_of_its_kind(kind, mode, colour):
    content = picture(kind, mode, colour=colour)
    with Image.open(BytesIO(marked(content, f"image/{kind.lower()}"))) as shown, Image.open(BytesIO(content)) as before:
        assert shown.format == kind and shown.size == before.size
        plain = Image.alpha_composite(Image.new("RGBA", before.size, "white"), before.convert("RGBA")).convert("RGB")
        changed = ImageChops.difference(shown.convert("RGB"), plain).convert("L").point(lambda grey: 255 * (grey > 12))
        left, top, right, bottom = changed.getbbox()
        assert right - left > 300 and bottom - top > 200


def test_what_was_agreed_to_by_link_is_text_and_carries_it():
    assert marked("Sí, de acuerdo.".encode(), "text/plain; charset=utf-8").decode().count(MARK) == 2


@pytest.mark.parametrize(("content", "media_type"), [
    (locked("a password"), "application/pdf"), (b"%PDF-1.7\ntrailer << >>\n%%EOF\n", "application/pdf"),
    (TWO_PAGES[:300], "application/pdf"), (picture("PNG")[:60], "image/png"), (b"\xff\xd8\xff\xe0 no picture", "image/jpeg"),
])  # fmt: skip
def test_what_cannot_be_marked_is_refused_with_what_to_do(content, media_type):
    with pytest.raises(marking.CannotBeMarked) as refused:
        marked(content, media_type)
    assert "rider.pdf" in refused.value.detail and "evidence pack" in refused.value.detail


@pytest.mark.django_db
def test_at_the_desk_nothing_is_shown_that_cannot_be_marked_and_nothing_is_written(cast):
    grant = people.entered(cast, papers=(paper.Paper("old.pdf", b"%PDF-1.4 of a fax"),))
    evidence = Evidence.objects.get()
    answer = at_the_desk(cast.tobi).get(f"{FILES}{grant.public_id}/paper/{evidence.public_id}/")
    assert answer.status_code == 503 and "old.pdf" in answer.content.decode() and b"of a fax" not in answer.content
    assert not Event.objects.filter(tag="evidence:viewed").exists()


@pytest.mark.django_db
def test_the_paper_on_record_stays_as_it_was_signed(cast):
    grant = people.entered(cast)
    evidence = Evidence.objects.get()
    shown = at_the_desk(cast.tobi).get(f"{FILES}{grant.public_id}/paper/{evidence.public_id}/").content
    assert "Shown to Tobi Okafor" in pages(shown)[0]
    assert paper.read(evidence) == people.RIDER.content
