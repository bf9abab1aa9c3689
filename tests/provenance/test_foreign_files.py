"""Files of other makers are told at the right strength: who says that AI was used, and what nobody says."""

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import jsonschema
import pytest
from django.template.loader import render_to_string

from provenance import signals, testimony
from provenance.conclusion import RegistryFacts, TrustLists
from provenance.public import story
from provenance.reading import Reading
from provenance.report import conclude
from tests.assets import foreign
from tests.assets.foreign import CORPUS, LISTED, Makers
from tests.provenance import rubric

LISTS = TrustLists(listed_uri=LISTED, listed_on=date(2026, 8, 5))
NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
SCHEMA = json.loads((Path(story.__file__).parents[1] / "schemas" / "report-1.json").read_text())
NO_AMOUNT = "How much of it is not stated."
UNRECORDED = "The credentials do not state whether AI was used. Some edits or activity may not have been recorded."
ALL_LISTED = "The signer lists all edits and names none that used generative AI. No quantities are stated."
CAPTURED = "it was captured by a camera or another device."
NOTHING = "Nothing is stated about AI. That says nothing about whether AI was used."


@dataclass(frozen=True)
class Told:
    """What the report says: state, strength of the strongest statement, sentence, and the active manifest's signals."""

    state: str
    strength: str
    text: str
    signals: str = ""


TOLD = {
    "chat_image": Told(
        "partly_stated", "signer", f"Stated by the file's maker, Lumen: it was made with AI. {NO_AMOUNT}",
        "ambiguousActions"),
    "chat_image_today": Told(
        "partly_stated", "ingredient", "The file this one was edited from was made with AI, as its own credentials state "
        "(Lumen). How much of this file that is, is not stated.", "ambiguousActions nonEditorial"),
    "creative_suite": Told(
        "partly_stated", "signer", f"Stated by the file's maker, Ember Creative: it was made with AI. {NO_AMOUNT}",
        "fullyGenAIMedia"),
    "generative_fill": Told(
        "partly_stated", "signer", f"Stated by the file's maker, Ember Creative: it was edited with AI. {NO_AMOUNT}",
        "perceptibleGenAI perceptibleNonGenAI"),
    "phone": Told(
        "not_stated", "signer", f"Stated by the file's maker, Halo Phone: {CAPTURED} {ALL_LISTED}", "capturedMedia"),
    "phone_edit": Told(
        "partly_stated", "signer", f"Stated by the file's maker, Halo Phone: it was edited with AI. {NO_AMOUNT}",
        "nonEditorial perceptibleGenAI"),
    "camera": Told(
        "not_stated", "signer", f"Stated by the file's maker, Norden Imaging: {CAPTURED} {ALL_LISTED}", "capturedMedia"),
    "rangefinder": Told(
        "not_stated", "signer", f"Stated by the file's maker, Kessel Camera: {CAPTURED} {UNRECORDED}",
        "ambiguousActions"),
    "secure_capture": Told(
        "not_stated", "signer", f"Stated by the file's maker, Plain Lens: {CAPTURED} {UNRECORDED}",
        "capturedMedia ambiguousActions"),
    "from_a_plain_file": Told("not_stated", "", ALL_LISTED, "mediaUnknownProvenance perceptibleNonGenAI"),
    "placed_ai": Told(
        "partly_stated", "ingredient", "An asset placed in this file was made with AI, as its own credentials state "
        "(Ember Creative). How much of this file that is, is not stated.", "nonGenAIDigitalCreation"),
    "prompted_by_ai": Told(
        "partly_stated", "ingredient", "A file used as input was made with AI, as its own credentials state "
        "(Ember Creative). Whether any of it is in this file is not stated.", "perceptibleNonGenAI"),
    "ambiguous": Told(
        "not_stated", "signer", "Stated by the file's maker, Folio Layout: it may contain content made with AI. Whether it "
        "does is not stated.", "compositionMayContainGenAI ambiguousActions"),
    "metadata_assertion": Told(
        "partly_stated", "bound_metadata", "The file's metadata, unchanged since it was signed, states that it was edited "
        f"with AI. {NO_AMOUNT}", "ambiguousActions"),
    "bound_metadata": Told(
        "partly_stated", "bound_metadata", "The file's metadata, unchanged since it was signed, states that it was made "
        f"with AI. {NO_AMOUNT}", "ambiguousActions"),
    "only_metadata": Told(
        "not_stated", "unsigned_metadata", "The file's metadata states that it was made with AI. It is not signed, and "
        "anybody can change it."),
    "only_a_system": Told(
        "not_stated", "unsigned_metadata", "The file's metadata states that AI was used. It is not signed, and anybody "
        "can change it."),
    "captured_metadata": Told(
        "not_stated", "unsigned_metadata", "The file's metadata states that it was captured by a camera or another "
        "device. It is not signed, and anybody can change it."),
    "silent": Told("not_stated", "", UNRECORDED, "ambiguousActions"),
}  # fmt: skip


@pytest.fixture(scope="module")
def makers(tmp_path_factory):
    makers = Makers(tmp_path_factory.mktemp("makers"))
    yield makers
    makers.close()


@pytest.fixture(scope="module")
def files(makers):
    return {name: makers.put(made(makers), "bin") for name, made in CORPUS.items()}


def read(makers, path, *, lists=LISTS, anchors=None, **more):
    found = makers.box.read(path, anchors=makers.anchors if anchors is None else anchors, **more)
    return conclude(Reading.of(found), RegistryFacts(), lists, file=path.name, at=NOW), found


def test_the_corpus_is_told_whole():
    assert set(TOLD) == set(CORPUS)


@pytest.mark.parametrize("name", CORPUS)
def test_each_file_is_told_at_its_strength(makers, files, name):
    report, _ = read(makers, files[name])
    wanted, details = TOLD[name], report.extent.details or {}
    assert (report.extent.state, details.get("strength", ""), report.extent.text) == (
        wanted.state, wanted.strength, wanted.text
    )  # fmt: skip
    told = details.get("signals", {"inception": [], "transformation": []})
    assert [*told["inception"], *told["transformation"]] == wanted.signals.split()
    jsonschema.validate(report.as_dict(), SCHEMA, cls=jsonschema.Draft202012Validator)
    page = render_to_string("provenance/report.html", story.told(report))
    assert all(signals.WORDS[one] in page for one in wanted.signals.split())
    assert ("not allowed" in page) == (name in ("only_metadata", "creative_suite"))
    assert ("not signed" in page) == (wanted.strength == "unsigned_metadata")


@pytest.mark.parametrize("name", [name for name, told in TOLD.items() if told.signals])
def test_signals_are_those_of_the_official_rubric_for_every_manifest(makers, files, name):
    report, found = read(makers, files[name], crjson=True)
    official = {one["label"]: rubric.signals(one) for one in found["crjson"]["manifests"]}
    told = {
        row["manifest"]: {*row["inception"], *row["transformation"]}
        for row in report.extent.details["signals"]["manifests"]
    }
    assert told == official


def test_every_manifest_below_is_listed_with_how_it_came_in(makers, files):
    rows = read(makers, files["prompted_by_ai"])[0].extent.details["signals"]["manifests"]
    assert [(row["title"], row["relation"], row["signed_by"], row["inception"]) for row in rows] == [
        ("picture.jpg", "", "Folio Draw", []),
        ("photo.jpg", "parentOf", "Norden Imaging", ["capturedMedia"]),
        ("reference.jpg", "inputTo", "Ember Creative", ["fullyGenAIMedia"]),
    ]


# --- whom nobody here vouches for ---------------------------------------------------------------------------------


def test_a_signer_on_no_list_is_named_and_not_believed(makers, files):
    for name in ("creative_suite", "chat_image", "generative_fill"):
        report, _ = read(makers, files[name], anchors=())
        assert (report.trust.state, report.extent.state) == ("untrusted", "not_stated")
        assert report.extent.details["strength"] == "unlisted_signer" and "signals" not in report.extent.details
        assert report.extent.text.startswith("The credentials in this file state that it was ")
        assert "on no list known here, so nobody known here vouches for that" in report.extent.text


def test_a_signer_on_no_list_is_not_heard_on_what_went_before(makers, files):
    report, _ = read(makers, files["placed_ai"], anchors=())
    assert report.extent.state == "not_stated" and report.extent.details is None
    assert "Ember" not in json.dumps(report.as_dict())


def test_a_changed_copy_repeats_nothing_but_its_own_metadata(makers, files):
    data = bytearray(files["bound_metadata"].read_bytes())
    data[-40] ^= 1
    report, _ = read(makers, makers.put(bytes(data)))
    assert (report.integrity.state, report.extent.state) == ("altered", "not_stated")
    assert report.extent.text == (
        "What was stated about AI held for the file as it was signed, not for this copy. "
        "The file's metadata states that it was made with AI. It is not signed, and anybody can change it."
    )
    data = bytearray(files["creative_suite"].read_bytes())
    data[-40] ^= 1
    report, _ = read(makers, makers.put(bytes(data)))
    assert report.extent.details is None and "made with AI" not in report.extent.text


def test_an_asset_used_whose_signer_is_on_no_list_is_told_as_that(makers, tmp_path):
    strangers = Makers(tmp_path, root="elsewhere")
    try:
        made = foreign.creative_suite(strangers)
    finally:
        strangers.close()
    done = [foreign.act("created", foreign.IPTC + "digitalCreation"), foreign.act("placed", parameters={"ingredientIds": ["p"]})]
    path = makers.put(makers.second("Folio Layout", done, used=[foreign.used(made, "componentOf")], complete=True))
    report, _ = read(makers, path)
    assert report.extent.details["strength"] == "unlisted_ingredient"
    assert "whose signer is on no list known here" in report.extent.text
    assert [row["listed"] for row in report.extent.details["signals"]["manifests"]] == [True, False]


# --- hostile ------------------------------------------------------------------------------------------------------


HOSTILE = (
    *("<script>alert(1)</script>", "a\u202egpj.exe", "x" * 20_000, "\u200bhidden", "javascript:alert(1)"),
    "'\"><img src=x>",
)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_words_in_metadata_stay_words(makers, text):
    data = foreign.described(
        foreign.build.small_jpeg(), Iptc4xmpExt_AISystemUsed=text[:900], Iptc4xmpExt_DigitalSourceType=text[:900],
        plus_DataMining=text[:900],
    )  # fmt: skip
    report, _ = read(makers, makers.put(data))
    answer = json.dumps(report.as_dict(), ensure_ascii=False)
    page = render_to_string("provenance/report.html", story.told(report))
    for shown in (answer, page):
        assert "\u202e" not in shown and "\u200b" not in shown
    assert "<script>alert" not in page and "<img src=x" not in page
    assert len(answer) < 8_000
    jsonschema.validate(report.as_dict(), SCHEMA, cls=jsonschema.Draft202012Validator)


def test_an_extent_out_of_a_file_does_not_get_to_say_who_says_it():
    extent = {"headline": {"text": "x"}, "statements": [{"says": "sworn", "strength": "divine"}], "metadata": {"a": 1}}
    manifest = {
        "signature_info": {"issuer": "Lumen"}, "assertions": [{"label": "org.countersign.extent", "data": extent}]
    }  # fmt: skip
    success = ["signingCredential.trusted", "claimSignature.validated", "assertion.dataHash.match"]
    found = {
        "state": "Trusted", "trust_list_uri": LISTED, "active": "urn:a", "manifests": {"urn:a": manifest},
        "codes": {"success": success, "informational": [], "failure": []},
    }  # fmt: skip
    report = conclude(Reading.of(found), RegistryFacts(), LISTS, file="a.jpg", at=NOW)
    assert set(report.extent.details) == {"headline", "signals"}
    assert story.told(report)["statements"] == []


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ("http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia", "made"),
        ("https://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia", "made"),
        (" trainedAlgorithmicMedia ", "made"),
        ("http://c2pa.org/digitalsourcetype/trainedAlgorithmicData", "made"),
        ("http://cv.iptc.org/newscodes/digitalsourcetype/humanEdits", ""),
        ("http://evil.example/digitalsourcetype/trainedAlgorithmicMedia", ""),
        ("notrainedAlgorithmicMedia", ""),
        (None, ""), (["trainedAlgorithmicMedia"], ""), (7, ""),
    ],
)  # fmt: skip
def test_source_types_are_known_as_others_write_them(source, says):
    assert testimony.said_of_source(source) == says


def test_a_tool_is_named_as_text_or_as_an_object():
    assert testimony.agent({"softwareAgent": "Lumen Image 3"}) == "Lumen Image 3"
    assert testimony.agent({"softwareAgent": {"name": "Ember", "version": "3"}}) == "Ember 3"
    assert testimony.agent({"softwareAgent": 7, "x": []}) == "7" and testimony.agent({"softwareAgent": [1]}) == ""
