"""The page tells what the report says: bars, spans, rows; unknown never looks like none."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import jsonschema
import pytest

from provenance.conclusion import STATES, Conclusion, RegistryFacts, TrustLists
from provenance.public import figures, story
from provenance.public.explained import EXPLAINED
from provenance.reading import Reading
from provenance.report import conclude, recall

AT = datetime(2026, 11, 23, 22, 0, tzinfo=UTC)
FACTS = RegistryFacts(found_by="received_bytes", credential="crd_1", asset="ast_1", consent_at_signing="confirmed")
SCHEMA = Path(story.__file__).parents[1] / "schemas" / "report-1.json"


def told(element=None, operations=(), **more):
    extent = {"elements": [element] if element else [], "operations": list(operations), **more}
    return conclude(Reading(), replace(FACTS, extent=extent), TrustLists(), file="a.jpg", at=AT)


@pytest.mark.parametrize(
    ("element", "kind", "width", "value"),
    [
        ({"band": "minor", "share": 0.0312}, "share", 3.12, "3.1 %"),
        ({"band": "minor", "share": 0.0001}, "share", figures.NARROWEST, "less than 0.1 %"),
        ({"band": "none_stated", "share": 0}, "none", 0, "none stated"),
        ({"band": "none_stated", "share": None}, "none", 0, "none stated"),
        ({"band": "unknown", "share": None}, "unknown", 0, "not stated"),
        (
            {"band": "unknown", "share": None, "operations": ["op-1"]},
            "unknown",
            0,
            "AI was used, how much is not stated",
        ),
        ({"band": "at_least:partial", "at_least": True, "share": 0.2}, "lower", 20.0, "at least 20.0 %"),
        ({"band": "unknown", "share": 0}, "unknown", 0, "not stated"),
        ({"band": "full", "share": 1.0}, "share", 100.0, "100 %"),
        ({"band": "unknown", "share": 7.5}, "unknown", 0, "not stated"),
        ({"band": "full", "share": 7.5}, "unknown", 0, "not stated"),
    ],
)
def test_a_bar_for_each_kind_of_knowledge(element, kind, width, value):
    (bar,) = figures.bars(told({"element": "picture", **element}))
    assert (bar.kind, bar.width, bar.value) == (kind, width, value)


def test_the_headline_is_one_sentence():
    extent = {
        "headline": {
            "text": "AI altered the face (de-aging), covering 3.1 % of the picture. As stated by its producer."
        },
        "elements": [
            {"element": "picture", "band": "minor", "share": 0.03},
            {"element": "voice", "band": "none_stated", "share": 0},
        ],
    }
    report = replace(
        told(), extent=conclude(Reading(), replace(FACTS, extent=extent), TrustLists(), file="a", at=AT).extent
    )
    report = replace(report, integrity=Conclusion("intact", "…"), registry=Conclusion("registered_matching", "…"))
    assert story.headline(report) == (
        "AI altered the face (de-aging), covering 3.1 % of the picture.",
        "As stated by its producer. Voice: the producer states that no generative AI was used.",
    )


def test_spans_are_placed_in_percent_and_never_outside():
    operation = {
        "element": "picture",
        "ranges": [{"start_s": 41, "end_s": 53}, {"start_s": 90, "end_s": 500}, {"start_s": 5, "end_s": 4}],
    }
    (strip,) = figures.strips(
        told({"element": "picture", "total": {"seconds": 94.0}, "share": 0.1, "band": "partial"}, [operation])
    )
    assert strip.spans[0] == (43.62, 12.77)
    assert all(0 <= left <= 100 and left + width <= 100.01 for left, width in strip.spans)
    assert (strip.end, strip.told) == ("1:34", "0:41 – 0:53, 1:30 – 8:20")


@pytest.mark.parametrize(
    ("seconds", "text"), [(0, "0:00"), (41, "0:41"), (59.96, "1:00"), (94.25, "1:34.2"), (3700, "1:01:40")]
)
def test_clock(seconds, text):
    assert figures.clock(seconds) == text


def test_a_row_says_who_measured_and_who_states():
    (row,) = figures.rows(
        told(
            operations=[
                {
                    "element": "picture",
                    "technique": "de_aging",
                    "generative": True,
                    "tool": {"name": "AgeShift", "version": "4.2"},
                    "oversight": "human_validated",
                    "share": 0.0312,
                    "method": "measured:difference",
                    "area_share": 0.244,
                    "time_share": 0.1277,
                    "measured_by": "registry",
                    "attested_by": "Parallax VFX",
                    "ranges": [{"start_s": 41, "end_s": 53, "region": "op-1.face"}],
                }
            ]
        )
    )
    assert row == figures.Row(
        what="De-aging",
        generative=True,
        oversight="reviewed and approved by a person",
        tool="AgeShift 4.2",
        model="",
        where="0:41 – 0:53, marked region",
        share="3.1 %",
        within="24.4 % of the frame in that time",
        method="measured against the source by this registry",
        attested_by="Parallax VFX",
    )


def test_a_row_of_nonsense_is_still_a_row():
    (row,) = figures.rows(
        told(operations=[{"technique": 7, "tool": [], "ranges": 3, "share": "x", "model": {"name": {}}}])
    )
    assert (row.what, row.share, row.method) == ("7", "not stated", "not stated")


@pytest.mark.parametrize(
    ("now", "text"), [("confirmed", "Still on file"), ("ended", "It has since ended. Works made before may continue")]
)
def test_then_and_now(now, text):
    report = conclude(Reading(), replace(FACTS, consent_now=now), TrustLists(), file="a.jpg", at=AT)
    assert story.then_and_now(report) == {"then": "On file for everyone whose consent it needs", "now": text}


def test_development_certificates_are_announced_for_stripped_copies_too():
    report = conclude(Reading(), replace(FACTS, development=True), TrustLists(), file="a.jpg", at=AT)
    assert story.told(report)["development"] is True


def test_raw_is_bounded():
    manifests = {f"urn:{n}": {"title": "x" * 5000} for n in range(2000)}
    report = replace(told(), reading=Reading(active="urn:1", manifests=manifests))
    assert len(story.raw(report)) < story.RAW_CHARACTERS + 100


def test_every_state_is_explained():
    assert {name: set(meanings) for name, (_, meanings) in EXPLAINED.items()} == {
        name: set(states) for name, states in STATES.items()
    }


@pytest.mark.parametrize("report", [told(), recall(RegistryFacts(), TrustLists(), file="sha256:…", at=AT)])
def test_the_report_keeps_its_published_schema(report):
    schema = json.loads(SCHEMA.read_text())
    jsonschema.validate(report.as_dict(), schema, cls=jsonschema.Draft202012Validator)
    enumerated = {
        name: tuple(schema["properties"][name]["properties"]["state"].get("enum", schema["$defs"]["consent"]["enum"]))
        for name in STATES
    }
    assert enumerated == dict(STATES)
