"""Lists at the hatch: filtered, in pages, and refused where what is asked for cannot be read."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from provenance.models import SigningJob
from tests import shots
from tests.assets import build

pytestmark = pytest.mark.django_db

LISTS = ("/api/v1/assets", "/api/v1/productions")


@pytest.fixture
def kept(studio, hatch):
    """An asset on the list, so that an answer which leaves a filter out would show it."""
    return shots.send(hatch, build.result_jpg(), shots.bare(studio, "shot")).json()


def refused(answer, pointer):
    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json"), answer.content
    told = answer.json()
    assert (told["code"], {one["pointer"] for one in told["errors"]}) == ("request.parameter", {pointer})
    assert "results" not in told
    return told


def test_lists_are_filtered_and_paged(studio, hatch):
    ids = [shots.send(hatch, build.result_jpg(), shots.bare(studio, f"shot {n}")).json()["id"] for n in range(3)]
    shots.work()
    whole = hatch.get("/api/v1/assets?state=signed").json()
    assert [one["id"] for one in whole["results"]] == ids[::-1]
    first = hatch.get(f"/api/v1/assets?page_size=2&production={studio.harbor.public_id}").json()
    rest = hatch.get(first["next"]).json()
    assert [one["id"] for one in first["results"] + rest["results"]] == ids[::-1]
    assert hatch.get("/api/v1/assets?state=refused").json()["results"] == []


@pytest.mark.parametrize("cursor", ["bm9uZQ==", "cD1hYmM=", "cD0xZTk5", "x", "cD0tMQ=="])
def test_a_made_up_cursor_leads_nowhere(hatch, cursor):
    assert hatch.get(f"/api/v1/assets?cursor={cursor}").status_code in (200, 404)


@pytest.mark.parametrize("size", ["0", "-1", "201", "many", "1.5", "%202", "\u0663", "1e1", "", "9" * 5000])
@pytest.mark.parametrize("address", LISTS)
def test_a_page_of_a_size_that_there_is_not_is_refused(kept, hatch, address, size):
    told = refused(hatch.get(f"{address}?page_size={size}"), "/page_size")
    assert "page_size" in told["detail"] and (not size or "1 to 200" in told["detail"])


@pytest.mark.parametrize("size", [1, 200])
@pytest.mark.parametrize("address", LISTS)
def test_the_smallest_and_the_largest_page_are_given(kept, hatch, address, size):
    assert len(hatch.get(f"{address}?page_size={size}").json()["results"]) == 1


@pytest.mark.parametrize("said", ["abc", "g" * 64, "a" * 63, "a" * 65, "%00", "", "%20"])
def test_what_is_no_fingerprint_is_refused(kept, hatch, said):
    refused(hatch.get(f"/api/v1/assets?sha256={said}"), "/sha256")


def test_a_fingerprint_is_the_same_in_upper_case(kept, hatch):
    for said, found in ((kept["sha256"], 1), (kept["sha256"].upper(), 1), ("a" * 64, 0)):
        assert len(hatch.get(f"/api/v1/assets?sha256={said}").json()["results"]) == found


def test_a_parameter_that_says_nothing_or_twice_or_is_unknown_is_refused(kept, hatch):
    for asked, pointer in (
        ("state=lost", "/state"), ("state=", "/state"), ("production=", "/production"), ("cursor=", "/cursor"),
        ("state=received&state=held", "/state"), ("page_size=1&page_size=2", "/page_size"), ("production=%00", "/production"),
        ("sha=abc", ""), ("State=held", ""),
    ):  # fmt: skip
        refused(hatch.get(f"/api/v1/assets?{asked}"), pointer)
    assert "received" in refused(hatch.get("/api/v1/assets?state=%E2%80%AElost"), "/state")["detail"]
    assert "page_size" in refused(hatch.get("/api/v1/productions?state=held"), "")["detail"]


def test_several_states_are_asked_for_at_once(studio, hatch):
    ids = [shots.send(hatch, build.result_jpg(), shots.bare(studio, f"shot {n}")).json()["id"] for n in range(3)]
    SigningJob.objects.filter(asset__public_id=ids[0]).update(state="held")
    SigningJob.objects.filter(asset__public_id=ids[1]).update(state="dead")

    def listed(asked):
        return [one["id"] for one in hatch.get(f"/api/v1/assets?{asked}").json()["results"]]

    assert listed("state=held,dead") == [ids[1], ids[0]] == listed("state=held,dead,held&order=newest")
    first = hatch.get("/api/v1/assets?state=held,dead&page_size=1").json()
    second = hatch.get(first["next"]).json()
    assert [one["id"] for one in first["results"] + second["results"]] == [ids[1], ids[0]] and second["next"] is None
    assert hatch.get(second["previous"]).json()["results"] == first["results"]
    assert listed("state=held") == [ids[0]]
    assert listed("title=shot 2") == [ids[2]] and listed("title=shot") == []
    refused(hatch.get("/api/v1/assets?state=held,lost"), "/state")


def test_who_follows_changes_is_told_each_once_it_came_about(studio, hatch):
    ids = [shots.send(hatch, build.result_jpg(), shots.bare(studio, f"shot {n}")).json()["id"] for n in range(3)]
    began = datetime(2026, 11, 25, 9, tzinfo=UTC)
    for number, one in enumerate(ids):
        SigningJob.objects.filter(asset__public_id=one).update(changed_at=began + timedelta(minutes=number // 2))
    first = hatch.get("/api/v1/assets?order=changed&page_size=1").json()
    assert [one["id"] for one in first["results"]] == ids[:1]
    SigningJob.objects.filter(asset__public_id=ids[0]).update(changed_at=began + timedelta(hours=1))
    seen, address = [], first["next"]
    while address:
        page = hatch.get(address).json()
        seen += [one["id"] for one in page["results"]]
        address = page["next"]
    assert seen[-1] == ids[0] and set(ids) == set(seen)
    since = hatch.get("/api/v1/assets?order=changed&changed_since=2026-11-25T09:01:00Z").json()
    assert [one["id"] for one in since["results"]] == [ids[2], ids[0]]
    refused(hatch.get("/api/v1/assets?changed_since=yesterday"), "/changed_since")
    refused(hatch.get("/api/v1/assets?order=title"), "/order")
    refused(hatch.get("/api/v1/productions?order=changed"), "")


def test_a_studio_sees_the_assets_of_its_productions_in_the_same_order(studio, hatch, program):
    ids = [shots.send(hatch, build.result_jpg(), shots.bare(studio, f"shot {n}")).json()["id"] for n in range(2)]
    listed = program(studio.northlight).get("/api/v1/assets?order=changed").json()["results"]
    assert [one["id"] for one in listed] == ids
    assert program(studio.umbra).get("/api/v1/assets?order=changed").json()["results"] == []


@pytest.mark.parametrize(("asked", "index"), [
    ("", "assets_of_vendor_newest"), ("state=held", "jobs_of_vendor_by_state"), ("order=changed", "jobs_of_vendor_by_change"),
    ("title=x", "assets_of_vendor_by_title"), (f"sha256={'a' * 64}", "assets_of_vendor_by_hash"),
])  # fmt: skip
def test_a_vendors_list_is_read_by_an_index_and_not_sorted(studio, hatch, asked, index):
    if connection.vendor != "sqlite":
        pytest.skip("how PostgreSQL reads a table of no rows says nothing")
    with CaptureQueriesContext(connection) as queries:
        assert hatch.get(f"/api/v1/assets?{asked}").status_code == 200
    [sql] = [one["sql"] for one in queries if 'FROM "provenance_asset"' in one["sql"] and "LIMIT 51" in one["sql"]]
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {sql}")
        plan = "\n".join(row[3] for row in cursor.fetchall())
    assert index in plan and "SCAN" not in plan and "TEMP B-TREE" not in plan, plan
