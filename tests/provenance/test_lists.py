"""Lists at the hatch: filtered, in pages, and refused where what is asked for cannot be read."""

import pytest

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
