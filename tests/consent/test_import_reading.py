"""What lawyers write in a cell, and how their programs write a file: read as they mean it, or told why not."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as some

from consent import territories
from consent.imports import cells, columns, sheet
from registry.errors import Invalid, RegistryError
from registry.spreadsheets import harmless, plain, written
from tests.spreadsheets import HEADINGS


@pytest.mark.parametrize(("text", "order", "meant"), [
    ("2026-12-31", "", date(2026, 12, 31)), ("2026-12-31 00:00:00", "", date(2026, 12, 31)),
    ("2026/12/31", "", date(2026, 12, 31)),
    ("31/12/2026", "", date(2026, 12, 31)), ("12/31/2026", "", date(2026, 12, 31)), ("31.12.2026", "", date(2026, 12, 31)),
    ("31 Dec 2026", "", date(2026, 12, 31)), ("31-Dec-2026", "", date(2026, 12, 31)),
    ("December 31, 2026", "", date(2026, 12, 31)),
    ("1st Sept 2026", "", date(2026, 9, 1)), ("04/04/2026", "", date(2026, 4, 4)),
    ("03/04/2026", "day", date(2026, 4, 3)), ("03/04/2026", "month", date(2026, 3, 4)), ("29 Feb 2028", "", date(2028, 2, 29)),
])  # fmt: skip
def test_a_day_is_read_as_contracts_write_it(text, order, meant):
    assert cells.day(text, order) == meant


@pytest.mark.parametrize(("text", "order", "said"), [
    ("03/04/2026", "", "Say whether days or months come first"), ("31/12/2026", "month", "There is no such day"),
    ("12/31/2026", "day", "There is no such day"), ("31/12/26", "", "four digits"), ("3 Feb 26", "", "four digits"),
    ("30 Feb 2026", "", "There is no such day"), ("46387", "", "Write a day such as"),
    ("upon signature", "", "Write a day such as"),
    ("31 Foo 2026", "", "Write a day such as"), ("2026-13-01", "", "There is no such day"),
    ("0026-01-01", "", "Check the year"),
    ("=DATE(2026,1,1)", "", "Write a day such as"), ("٠١/٠٢/٢٠٢٦", "day", "Write a day such as"),
])  # fmt: skip
def test_a_day_that_is_none_or_could_be_two_is_told(text, order, said):
    with pytest.raises(cells.Unread, match=said):
        cells.day(text, order)


@pytest.mark.parametrize(("text", "among", "apart"), [
    ("Worldwide", ("WORLD",), ()), ("the Universe", ("WORLD",), ()), ("World ex. China", ("WORLD",), ("CN",)),
    ("World excluding China & Russia", ("WORLD",), ("CN", "RU")), ("Worldwide (except for France, Germany)", ("WORLD",),
    ("FR", "DE")),
    ("world ex-US/Canada", ("WORLD",), ("US-CAN",)), ("EU", ("EU",), ()), ("EU, UK and Switzerland", ("EU", "GB", "CH"), ()),
    ("de; at\nCH", ("DE", "AT", "CH"), ()), ("US-CA", ("US-CA",), ()), ("Trinidad and Tobago", ("TT",), ()),
    ("Cote d’Ivoire", ("CI",), ()), ("Saint Helena, Ascension and Tristan da Cunha, Malta", ("SH", "MT"), ()),
    ("Mexico", ("MX",), ()), ("New Mexico", None, None), ("Asia", None, None), ("World ex. Narnia", None, None),
])  # fmt: skip
def test_territories_are_read_by_name_and_code_with_their_exceptions(text, among, apart):
    if among is None:
        with pytest.raises(cells.Unread):
            cells.places(text)
    else:
        assert cells.places(text) == (among, apart)


@pytest.mark.parametrize(("text", "words", "meant"), [
    ("De-aging", cells.USE, ("de_aging",)), ("de_aging, VOICE CLONING", cells.USE, ("de_aging", "voice_clone")),
    ("Previsualisation, internal; De-ageing", cells.USE, ("previs_internal", "de_aging")),
    ("face/voice", cells.MODALITY, ("face", "voice")),
    ("Face and body", cells.MODALITY, ("face", "body")),
    ("Interactive, in real time, SVOD", cells.MEDIUM, ("interactive_rt", "svod")),
    ("SVOD\nAVOD", cells.MEDIUM, ("svod", "avod")), ("DVD & Blu-ray", cells.MEDIUM, ("physical",)),
])  # fmt: skip
def test_codes_are_read_by_label_or_code(text, words, meant):
    assert cells.codes(text, words) == meant


@pytest.mark.parametrize("text", ["All media", "any", "ALL", "all media now known or hereafter devised", "", "n/a"])
def test_all_media_leaves_it_open(text):
    assert cells.codes_or_any(text, cells.MEDIUM) == ()


@pytest.mark.parametrize("text", ["all", "any", "everything", "all uses"])
def test_no_word_grants_every_use(text):
    with pytest.raises(cells.Unread):
        cells.codes(text, cells.USE)


@pytest.mark.parametrize("text", ["none", "all but cinema", "cinema, none"])
def test_a_word_against_media_is_never_taken_for_all_of_them(text):
    with pytest.raises(cells.Unread):
        cells.codes_or_any(text, cells.MEDIUM)


@given(some.sampled_from(sorted(territories.TERRITORIES)), some.sampled_from(sorted(territories.COUNTRIES)))
def test_every_territory_is_read_back_by_its_name_and_its_code(one, other):
    assert territories.named(territories.TERRITORIES[one]) == one
    assert cells.places(f"{one}, {territories.TERRITORIES[other]}")[0] == tuple(dict.fromkeys((one, other)))


@given(some.text(), some.sampled_from(["day", "month", ""]))
def test_no_cell_breaks_the_reading(text, order):
    for read in (lambda: cells.day(text, order), lambda: cells.places(text), lambda: cells.codes(text, cells.USE)):
        try:
            read()
        except cells.Unread as unread:
            assert unread.advice.endswith(".")


# ── Files ────────────────────────────────────────────────────────────────────────────────────────────────────────

TEXT = "Nº,Performer,Description\r\n1,Zoé Müller,“Größe”\r\n2,Renée Núñez,\"two\nlines, one cell\"\r\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252", "mac_roman"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_file_is_read_however_it_is_written(encoding, delimiter):
    content = TEXT.replace("lines,", "lines:").replace(",", delimiter).encode(encoding)
    guessed = sheet.guess_encoding(content)
    assert sheet.guess_delimiter(content, guessed) == delimiter
    read = sheet.read(content, encoding=guessed, delimiter=delimiter)
    assert read.headings == ("Nº", "Performer", "Description")
    assert [row.cells[1] for row in read.rows] == ["Zoé Müller", "Renée Núñez"]
    assert read.rows[1] == sheet.Row(3, ("2", "Renée Núñez", "two\nlines: one cell"))


def test_where_two_readings_are_as_likely_none_is_chosen_and_both_are_shown():
    content = b"Performer\nA\xdf\n"
    assert sheet.guess_encoding(content) == ""
    assert sheet.unlike(content) == [{"cp1252": "Aß", "mac_roman": "Aﬂ"}]


def test_a_wrong_reading_is_refused_not_mended():
    with pytest.raises(sheet.Unreadable, match="not written as Unicode"):
        sheet.read("Größe\n1\n".encode("cp1252"), encoding="utf-8-sig", delimiter=",")


def test_old_macintosh_line_ends_and_empty_rows_keep_the_count_of_the_spreadsheet():
    read = sheet.read(b"a,b\r1,2\r,\r\r3,4,\r", encoding="utf-8-sig", delimiter=",")
    assert [row.number for row in read.rows] == [2, 5] and read.rows[1].cells == ("3", "4")


@given(some.binary(max_size=300))
def test_no_bytes_break_the_reading(content):
    try:
        sheet.check_size(content)
        encoding = sheet.guess_encoding(content) or "mac_roman"
        sheet.read(content, encoding=encoding, delimiter=sheet.guess_delimiter(content, encoding))
    except RegistryError as refused:
        assert refused.detail.endswith(".")


@given(some.lists(some.text(some.characters(codec="utf-8", exclude_characters="\0")), min_size=1))
def test_what_is_written_is_harmless_and_read_back(cells_written):
    content = "".join(written([["H"] * len(cells_written), cells_written]))
    for cell in cells_written:
        assert not harmless(cell).lstrip(" \n").startswith(("=", "+", "-", "@", "\t", "\r"))
        if not cell.startswith("'"):
            assert plain(harmless(cell)) == cell
    assert content.startswith("\ufeff")


# ── Columns ──────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("heading", "field"), [
    *((heading, field) for field, heading in HEADINGS.items()), ("DOB", "birth_date"), ("D.O.B.", "birth_date"),
    ("Contract No.", "number"),
    ("Talent", "alias"), ("EFFECTIVE_FROM", "effective_from"), ("Expiry date", "last_day"), ("Permitted uses", "uses"),
    ("Territory (excl.)", "territories"), ("Excluded territories", "territories_except"), ("Artist – legal name", "legal_name"),
    ("Picture", "productions"), ("Fee", ""), ("", ""),
])  # fmt: skip
def test_a_heading_is_recognised_by_its_words(heading, field):
    assert columns.guess([heading], {})[heading] == field


def test_no_two_headings_are_taken_for_one_fact():
    found = columns.guess(["Start", "Effective from", "Start date"], {})
    assert list(found.values()).count("effective_from") == 1


def test_every_field_can_be_found_by_its_own_label():
    for name, field in columns.FIELDS.items():
        if name not in ("effect", "modalities", "authority", "kind"):
            assert columns.guess([field.label], {})[field.label] == name


def test_what_is_missing_is_told_all_at_once():
    with pytest.raises(Invalid, match="File number, In force from.*Performer, or Legal name"):
        columns.check({})
