"""The status list that platforms hold: a list and what changed since make the next list, and no private title is in it."""

import json
import re
import zlib
from base64 import b64decode
from datetime import UTC, datetime, timedelta
from pathlib import Path

import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from consent.receipts import issuer
from provenance import changes, status_list
from provenance.models import Change, Concern, ConcernAnswer, KeptOut
from registry.models import Production, User
from tests.provenance import registered
from tests.provenance.registered import sha256

pytestmark = pytest.mark.django_db
AT = datetime(2026, 8, 1, tzinfo=UTC)
DAY = timedelta(days=1)
ROOT = Path(__file__).resolve().parent.parent.parent
PAGE = (ROOT / "docs" / "status-list.md").read_text()
SCHEMA = json.loads((ROOT / "provenance" / "schemas" / "status-list-1.json").read_text())
READER: dict = {}
exec(compile(re.search(r"```python\n(.*?)```", PAGE, re.DOTALL)[1], "docs/status-list.md", "exec"), READER)
LIST = "/api/v1/status-list"


def public(*names: bytes):
    made = [registered.credential(one, b"r" + one, manifest_label=one.decode()) for one in names]
    Production.objects.update(is_public=True)
    changes.note(at=AT)
    return made


def read(answer, held=None):
    """As a platform reads it, with the reader that the documentation gives."""
    assert answer.status_code == 200, answer.content
    jsonschema.validate(opened(answer.content), SCHEMA, cls=jsonschema.Draft202012Validator)
    return READER["read"](answer.content.decode(), issuer.key_set(), held)


def opened(body: bytes) -> dict:
    payload = body.split(b".")[1]
    return json.loads(zlib.decompress(b64decode(payload + b"=" * (-len(payload) % 4), b"-_"), -15))


def test_a_platform_reads_the_list_and_then_only_what_changed(client):
    first, second = public(b"one", b"two")
    held = read(client.get(LIST))
    assert held["position"] == 2 and len(held["files"]) == 2
    assert READER["status"](held, sha256(b"one")) == {"consent": "confirmed", "band": "minor", "flags": []}
    assert READER["status"](held, sha256(b"never seen")) is None
    registered.end(registered.grant_behind(first), at=AT + DAY)
    changes.note(at=AT + DAY)
    delta = client.get(LIST, {"since": held["position"]})
    assert opened(delta.content)["kind"] == "delta" and opened(delta.content)["entries"] == 1
    now = read(delta, held)
    assert READER["status"](now, first.sha256)["consent"] == "ended"
    assert now["files"] == read(client.get(LIST))["files"]


def test_a_title_that_is_not_public_is_in_no_list_and_one_made_private_leaves_it_at_once(client):
    registered.credential(b"embargoed", b"r")
    changes.note(at=AT)
    assert read(client.get(LIST))["files"] == {}
    Production.objects.update(is_public=True)
    changes.note(at=AT)
    held = read(client.get(LIST))
    assert len(held["files"]) == 1
    Production.objects.update(is_public=False)
    assert read(client.get(LIST))["files"] == {}, "although nobody has numbered it yet"
    assert read(client.get(LIST, {"since": held["position"]}), held)["files"] == {}
    assert opened(client.get(LIST, {"since": 0}).content)["removed"] == "", "who never had it does not learn that it was there"
    Production.objects.update(is_public=True)
    changes.note(at=AT)
    assert len(read(client.get(LIST))["files"]) == 1


def uphold(credential):
    """As the desk does it; what only it may do is tested where it does it."""
    by, _ = User.objects.get_or_create(username="ines")
    concern = Concern.objects.create(
        credential=credential, kind="likeness", speaks_as="self", data_key=b"", contact_digest="0" * 64,
        key_digest="0" * 64, due_at=AT, recorded_at=AT,
    )  # fmt: skip
    answer = ConcernAnswer.objects.create(concern=concern, outcome="upheld", told="So it is.", by=by, recorded_at=AT)
    KeptOut.objects.create(sha256=credential.sha256, answer=answer)


def test_what_is_kept_out_is_told_as_withdrawn(client):
    (made,) = public(b"one")
    uphold(made)
    changes.note(at=AT)
    changes.note(at=AT)
    assert list(Change.objects.values_list("kind", flat=True)) == ["signed", "withdrawn"]
    assert READER["status"](read(client.get(LIST)), made.sha256)["flags"] == ["withdrawn"]
    assert client.get("/api/v1/disclosures").json()["changes"][-1]["kind"] == "withdrawn"
    told = client.get(f"/api/v1/disclosures/{made.public_id}").json()
    assert told["withdrawn_on"] == "2026-08-01T00:00:00Z"
    asked = client.post("/api/v1/disclosures/by-hash", {"sha256": [made.sha256]}, content_type="application/json")
    assert asked.json()["results"][0]["disclosure"]["withdrawn_on"] == "2026-08-01T00:00:00Z"


def test_it_is_signed_and_what_was_changed_is_refused(client):
    public(b"one")
    body = client.get(LIST).content.decode()
    head, payload, signature = body.split(".")
    with pytest.raises(Exception, match="(?i)signature"):
        READER["read"](f"{head}.{payload[:-2]}AA.{signature}", issuer.key_set())


def test_it_is_made_once_and_not_sent_again_to_whoever_has_it(client, django_assert_max_num_queries):
    public(b"one")
    first = client.get(LIST)
    assert first["ETag"].startswith('W/"') and first["Access-Control-Allow-Origin"] == "*"
    with django_assert_max_num_queries(3):
        again = client.get(LIST)
    assert again.content == first.content
    assert client.get(LIST, headers={"if-none-match": first["ETag"]}).status_code == 304
    assert client.head(LIST)["ETag"] == first["ETag"]
    zipped = client.get(LIST, headers={"accept-encoding": "gzip, br"})
    assert zipped["Content-Encoding"] == "gzip" and zlib.decompress(zipped.content, 31) == first.content
    registered.again(registered.Credential.objects.get(), b"later")
    changes.note(at=AT)
    assert client.get(LIST, headers={"if-none-match": first["ETag"]}).status_code == 200


def test_from_far_behind_the_whole_list_comes_back(client, monkeypatch):
    public(b"one", b"two", b"three")
    monkeypatch.setattr(status_list, "MOST_CHANGES", 2)
    answer = client.get(LIST, {"since": 0})
    assert opened(answer.content)["kind"] == "full" and len(read(answer, {"position": 0, "files": {}})["files"]) == 3


@pytest.mark.parametrize(
    ("asked", "status"), [({"since": "x"}, 400), ({"since": "-1"}, 400), ({"at": "1"}, 400), ({"since": 9}, 422)]
)
def test_a_position_that_was_not_given_out_is_refused(client, asked, status):
    answer = client.get(LIST, asked)
    assert answer.status_code == status and answer["Content-Type"] == "application/problem+json"


def test_the_figures_of_the_page_are_those_of_the_code():
    assert f"{status_list.MOST_CHANGES:,}" in PAGE and f"{8 * status_list.PREFIX} bits" in PAGE


ACTS = st.lists(st.tuples(st.sampled_from(["sign", "again", "end", "uphold", "private", "public", "note"]), st.integers(0, 3)),
                min_size=1, max_size=8)  # fmt: skip


class Histories(TestCase):
    """Whatever happens, in whatever order: the holder who follows has what the list says, from wherever they began."""

    @settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(ACTS)
    def test_a_holder_who_follows_has_the_list(self, acts):
        made, ended, upheld = [registered.credential(b"0", b"r0", manifest_label="u0")], set(), set()
        lists = [status_list.entries(0)]
        for number, (act, which) in enumerate(acts, start=1):
            one = made[which % len(made)]
            if act == "sign":
                name = str(number).encode()
                made.append(registered.credential(name, b"r" + name, manifest_label=f"u{number}"))
            elif act == "again":
                # Beside a sidecar the signed bytes stay the same.
                made.append(registered.credential(b"0", b"r0", manifest_label=f"u{number}"))
            elif act == "end" and one.pk not in ended:
                ended.add(one.pk)
                registered.end(registered.grant_behind(one), at=AT)
            elif act == "uphold" and one.pk not in upheld:
                upheld.add(one.pk)
                uphold(one)
            elif act in ("private", "public"):
                Production.objects.update(is_public=act == "public")
            else:
                changes.note(at=AT + number * DAY)
            lists += [status_list.entries(position) for position in range(len(lists), changes.last() + 1)]
        now = changes.last()
        for since, held in enumerate(lists):
            told, gone = status_list.changed(since, now)
            assert set(gone) <= held.keys() and not set(gone) & told.keys()
            assert {file: entry for file, entry in held.items() if file not in gone} | told == lists[now]
