"""A shot list asked at once: as JSON, as a table and as a cut; each shot answered, and the bad ones told where they are bad."""

import json
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from consent import shot_lists
from consent.models import Decision
from registry.errors import Invalid, TooLarge
from registry.models import Unit
from tests import cast as people

pytestmark = pytest.mark.django_db

ADDRESS = "/api/v1/clearances/batch"
CUT = "application/vnd.opentimelineio+json"
HEADINGS = "shot,person,role,modality,use"


@pytest.fixture
def cleared(studio):
    """Mira's de-aging is on file for the world until May 2028; Harbor has three shots."""
    people.verified(studio, at=timezone.now() - timedelta(minutes=1), effective_from=date(2026, 5, 3))
    for code in ("sh010", "sh020"):
        Unit.objects.create(production=studio.harbor, code=code)
    return studio


def mira(cast, **changes):
    return {"person": cast.mira.public_id, "role": "target_likeness", "modality": "face", "use": "de_aging", **changes}


def listed(api, cast, *questions, **more):
    body = {"production": cast.harbor.public_id, "questions": list(questions), **more}
    return told(api.post(ADDRESS, body, format="json"))


def table(api, cast, text, query=""):
    content = text if isinstance(text, bytes) else text.encode()
    return api.generic("POST", f"{ADDRESS}?production={cast.harbor.public_id}{query}", content, "text/csv")


def cut(api, document, query=""):
    content = document if isinstance(document, bytes) else json.dumps(document).encode()
    return api.generic("POST", f"{ADDRESS}{query}", content, CUT)


def told(answer):
    assert answer.status_code == 200, answer.content
    return answer.json()


def refused(answer, status, code):
    assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json"), answer.content
    assert answer.json()["code"] == code and not Decision.objects.exists()
    return answer.json()["detail"]


def outcomes(answer):
    return [one["outcome"] for one in answer["results"]]


def pointers(result):
    return [one["pointer"] for one in result["problem"]["errors"]]


def test_each_shot_is_answered_and_kept_and_a_bad_one_spoils_no_other(cleared, hatch):
    answer = listed(
        hatch, cleared,
        {"name": "first", "units": ["sh010"], "depictions": [mira(cleared)]},
        {"name": "no such shot", "units": ["sh999"], "depictions": [mira(cleared)]},
        {"name": "misspelt", "units": ["sh020"], "depictions": [mira(cleared, usee="x")]},
        {"units": ["sh020"], "depictions": [mira(cleared, use="face_replacement")]},
    )  # fmt: skip
    assert outcomes(answer) == ["permit", "failed", "failed", "deny"]
    assert answer["summary"] == {"questions": 4, "permit": 1, "review": 0, "deny": 1, "failed": 2, "passed_over": 0}
    assert [one["name"] for one in answer["results"]] == ["first", "no such shot", "misspelt", ""]
    assert pointers(answer["results"][1]) == ["/questions/1/units/0"]
    assert pointers(answer["results"][2]) == ["/questions/2/depictions/0/usee"]
    [reason] = [one for one in answer["results"][3]["now"]["reasons"] if one["severity"] == "deny"]
    assert reason["code"] == "consent.out_of_scope" and reason["to_clear"] and reason["territories"] == []
    kept = answer["results"][0]["now"]
    assert hatch.get(kept["href"]).json()["outcome"] == "permit" and Decision.objects.count() == 2


def test_many_are_answered_as_each_would_be_alone(cleared, hatch):
    questions = [
        {"units": ["sh010"], "depictions": [mira(cleared)], "territories": ["DE", "US"]},
        {"units": ["sh020"], "depictions": [mira(cleared), {"id": "2", **mira(cleared, person=cleared.jon.public_id)}]},
        {"depictions": [mira(cleared, person=None) | {"unidentified": True}]},
    ]
    questions[2]["depictions"][0].pop("person")
    together = listed(hatch, cleared, *questions)["results"]
    for question, one in zip(questions, together, strict=True):
        alone = hatch.post("/api/v1/clearances", {"production": cleared.harbor.public_id, **question}, format="json").json()
        with_it = hatch.get(one["now"]["href"]).json()
        same = ("outcome", "by_territory", "reasons", "obligations", "to_clear", "packs", "missing_facts")
        assert {name: with_it[name] for name in same} == {name: alone[name] for name in same}
        rows = [Decision.objects.get(public_id=each["id"]) for each in (alone, with_it)]
        assert len({tuple(row.revisions.values_list("pk", flat=True)) for row in rows}) == 1


def test_now_and_on_the_day_of_release(cleared, hatch):
    answer = listed(
        hatch, cleared, {"units": ["sh010"], "depictions": [mira(cleared)]},
        {"units": ["sh020"], "depictions": [mira(cleared)], "release_on": "2029-01-01"},
        {"units": ["sh020"], "depictions": [mira(cleared)], "release_on": "2020-01-01"},
        release_on="2027-03-01",
    )  # fmt: skip
    first, second, third = answer["results"]
    assert (first["outcome"], first["on_release"]["outcome"]) == ("permit", "permit")
    assert first["on_release"]["as_of"].startswith("2027-03-01T00:00") and first["on_release"]["id"] != first["now"]["id"]
    assert (second["now"]["outcome"], second["outcome"]) == ("permit", "deny")
    assert "consent.expired" in {one["code"] for one in second["on_release"]["reasons"]}
    assert pointers(third) == ["/questions/2/release_on"]
    alone = {"production": cleared.harbor.public_id, "depictions": [mira(cleared)], "release_on": "2029-01-01"}
    single = hatch.post("/api/v1/clearances", alone, format="json").json()
    assert (single["outcome"], single["on_release"]["outcome"]) == ("permit", "deny")


def test_reading_does_not_grow_with_the_number_of_shots(cleared, hatch):
    def queries(number):
        shots = [{"units": ["sh010"], "depictions": [mira(cleared)]}] * number
        with CaptureQueriesContext(connection) as asked:
            listed(hatch, cleared, *shots)
        return len(asked)

    queries(1)  # the first reads whatever is read once
    assert queries(40) <= queries(2)


def test_another_tenants_production_is_like_one_that_never_was(cleared, program):
    answer = listed(program(cleared.umbra), cleared, {"units": ["sh010"], "depictions": [mira(cleared)]})
    assert outcomes(answer) == ["failed"] and answer["results"][0]["problem"]["code"] == "production.unknown"
    assert not Decision.objects.exists()


def test_more_than_five_hundred_are_refused_whole(cleared, hatch):
    body = {"production": cleared.harbor.public_id, "questions": [{"depictions": []}] * 501}
    assert "500" in refused(hatch.post(ADDRESS, body, format="json"), 413, "clearance.list_too_long")


# --- a table ------------------------------------------------------------------------------------------------------


def test_a_table_calls_people_by_alias_or_id_and_a_shot_of_several_rows_is_one_question(cleared, hatch):
    text = (
        "\ufeffShot;Person;Role;Modality;Use;Territories;x_notes\r\n"
        "sh010;M. Vale;target_likeness;face;de_aging;Germany, USA;hero\r\n"
        f"sh010;{cleared.jon.public_id};target_likeness;face;de_aging;Germany, USA;\r\n"
        "sh020;Nobody Known;target_likeness;face;de_aging;Germany;\r\n"
        "sh114;synthetic?;target_likeness;face;de_aging;;\r\n"
    )
    answer = told(table(hatch, cleared, text))
    assert [one["rows"] for one in answer["results"]] == [[2, 3], [4], [5]]
    assert outcomes(answer) == ["deny", "failed", "failed"]  # Jon agreed to nothing
    asked = Decision.objects.get().request
    assert len(asked["depictions"]) == 2 and asked["territories"] == ["DE", "US"]
    assert pointers(answer["results"][1]) == ["/rows/4/person"]


def test_a_bad_row_spoils_its_own_shot_alone(cleared, hatch):
    text = (
        f"{HEADINGS},depicted_age,release_on\n"
        "sh010,M. Vale,target_likeness,face,de_aging,30,2027-03-01\n"
        '=HYPERLINK("http://evil.example"),M. Vale,target_likeness,face,de_aging,,\n'
        "sh020,M. Vale,target_likeness,face,de_aging,old,\n"
        "sh020,M. Vale,target_likeness,face,@SUM(1),,\n"
        ",M. Vale,target_likeness,face,de_aging,,\n"
        "sh114,M. Vale,target_likeness,face,de_aging,,,,too many\n"
    )
    answer = told(table(hatch, cleared, text))
    assert outcomes(answer) == ["permit", "failed", "failed", "failed", "failed"]
    assert [pointers(one) for one in answer["results"][1:]] == [["/rows/3/shot"], ["/rows/5/use"], ["/rows/6/shot"], ["/rows/7"]]
    assert answer["results"][1]["problem"]["code"] == "clearance.formula"
    assert Decision.objects.count() == 2


@pytest.mark.parametrize(("content", "sentence"), [
    (b"", "empty"),
    (b"shot,person\nsh010", "no column role, modality, use"),
    (f"{HEADINGS},teritories\nsh010,,,,\nx,,,,,y".encode(), "“teritories” is not known"),
    (HEADINGS.encode() + b"\nsh010,M\xfcller,a,b,c\n", "not in UTF-8 (byte"),
    (HEADINGS.encode() + b"\nsh\x00010,M,a,b,c\n", "NUL"),
    (HEADINGS.encode() + b'\n"sh010,M,a,b,c\n', "quotation mark"),
    (HEADINGS.encode() + b",shot\nsh010,M,a,b,c,d\n", "heading of its own"),
    (b"PK\x03\x04 a workbook", "CSV UTF-8"),
    (HEADINGS.encode(), "no row"),
])  # fmt: skip
def test_a_table_that_cannot_be_read_is_told_why(cleared, hatch, content, sentence):
    assert sentence in refused(table(hatch, cleared, content), 422, "clearance.list_unreadable")


def test_a_table_of_a_million_rows_is_read_no_further_than_is_accepted(cleared, hatch):
    rows = HEADINGS + "\n" + "sh010,M. Vale,target_likeness,face,de_aging\n" * 10**6
    assert "1 MB" in refused(table(hatch, cleared, rows), 413, "request.too_large")
    assert "501 rows" in refused(table(hatch, cleared, HEADINGS + "\n" + "s,,,,\n" * 501), 413, "clearance.list_too_long")


def test_the_template_is_a_list_that_can_be_sent(cleared, hatch):
    template = hatch.get("/api/v1/clearances/shot-list.csv")
    assert template.status_code == 200 and "shot-list.csv" in template["Content-Disposition"]
    answer = told(table(hatch, cleared, template.content))
    assert outcomes(answer) == ["permit", "review"]


# --- a cut --------------------------------------------------------------------------------------------------------


def clip(name, /, **said):
    return {"OTIO_SCHEMA": "Clip.2", "name": name, "metadata": {"countersign": said} if said else {"aaf": {"note": "a\nb"}}}


def timeline(*clips, **said):
    track = {"OTIO_SCHEMA": "Track.1", "kind": "Video", "children": [{"OTIO_SCHEMA": "Gap.1"}, *clips]}
    return {"OTIO_SCHEMA": "Timeline.1", "name": "reel 3", "metadata": {"countersign": said},
            "tracks": {"OTIO_SCHEMA": "Stack.1", "children": [track]}}  # fmt: skip


def test_the_clips_of_a_cut_are_asked_about_by_their_metadata_and_their_markers(cleared, hatch):
    marked = clip("sh020") | {"markers": [
        {"OTIO_SCHEMA": "Marker.2", "metadata": {"countersign": mira(cleared)}}, {"OTIO_SCHEMA": "Marker.2", "metadata": {}}]}
    within = clip("plate_v3", shot="sh114", depictions=[mira(cleared)], territories=["DE"])
    nested = {"OTIO_SCHEMA": "Stack.1", "children": [within]}
    answer = told(cut(hatch, timeline(
        clip("sh010", depictions=[mira(cleared)]), marked, clip("title card"), nested,
        clip("sh999", depictions=[mira(cleared)]), clip("sh010", depictions=[mira(cleared, role="hero")]),
        production=cleared.harbor.public_id, release_on="2027-03-01",
    )))  # fmt: skip
    assert outcomes(answer) == ["permit", "permit", "permit", "failed", "failed"]
    assert answer["summary"]["passed_over"] == 1
    assert pointers(answer["results"][3]) == ["/tracks/children/0/children/5/metadata/countersign/units/0"]
    assert pointers(answer["results"][4]) == ["/tracks/children/0/children/6/metadata/countersign/depictions/0/role"]
    asked = Decision.objects.get(public_id=answer["results"][2]["on_release"]["id"])
    assert asked.request["units"] == ["sh114"] and asked.request["territories"] == ["DE"]
    assert asked.as_of == datetime(2027, 3, 1, tzinfo=UTC)


def test_what_is_said_where_nobody_would_read_it_is_not_passed_over(cleared, hatch):
    document = timeline(clip("sh010", depictions=[mira(cleared)]), production=cleared.harbor.public_id)
    document["metadata"]["countersign"]["depictions"] = [mira(cleared)]
    document["tracks"]["children"][0]["markers"] = [{"OTIO_SCHEMA": "Marker.2", "metadata": {"countersign": mira(cleared)}}]
    answer = told(cut(hatch, document))
    assert outcomes(answer) == ["failed", "failed", "permit"]
    assert pointers(answer["results"][0]) == ["/metadata/countersign"]


def deep(levels):
    node = clip("sh010", shot="sh010")
    for _ in range(levels):
        node = {"OTIO_SCHEMA": "Stack.1", "children": [node]}
    return {"OTIO_SCHEMA": "Timeline.1", "tracks": node}


@pytest.mark.parametrize(("content", "sentence"), [
    (b"", "cannot be read as JSON"),
    (b"{}", "does not begin with an OTIO_SCHEMA"),
    (b"[]", "does not begin with an OTIO_SCHEMA"),
    (b'{"OTIO_SCHEMA": 7}', "does not begin with an OTIO_SCHEMA"),
    (b'{"OTIO_SCHEMA": "Timeline.1", "tracks": {"OTIO_SCHEMA": "Stack.1", "children": 4}}', "No clip says"),
    (json.dumps(deep(50)).encode(), "nested more than 40 deep"),
    (b'{"OTIO_SCHEMA": "Timeline.1", "tracks": ' + b'{"children":[' * 100_000 + b"]}" * 100_000 + b"}", "nested too deeply"),
    ('{"OTIO_SCHEMA": "Timeline.1", "name": "\u00fc"}'.encode("latin-1"), "not in UTF-8"),
])  # fmt: skip
def test_a_cut_that_cannot_be_read_is_told_why(cleared, hatch, content, sentence):
    assert sentence in refused(cut(hatch, content), 422, "clearance.list_unreadable")


def test_hostile_values_in_a_cut_are_told_of_their_clip_alone(cleared, hatch):
    answer = told(cut(hatch, timeline(
        clip("sh010", depictions=[mira(cleared, id="a\u202eb")]), clip("sh010", depictions="x"), clip("sh010", units=[["x"]]),
        clip("sh010", depictions=[7]), clip("sh020", depictions=[mira(cleared)]), clip("sh020", name="", shot={"a": 1}),
        production=cleared.harbor.public_id,
    )))  # fmt: skip
    assert outcomes(answer) == ["failed", "failed", "failed", "failed", "permit", "failed"]
    assert Decision.objects.count() == 1


def test_lists_are_read_without_a_database_or_a_clock():
    with pytest.raises(Invalid):
        shot_lists.from_table(b"shot")
    with pytest.raises(TooLarge):
        shot_lists.from_timeline(json.dumps(timeline(*[clip("a", shot="a")] * 501)).encode())
