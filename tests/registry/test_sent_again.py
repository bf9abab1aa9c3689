"""A POST under an Idempotency-Key: carried out once, answered alike for a day, to its own client alone."""

import json
import threading
import zlib
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import RequestFactory
from django.urls import get_resolver
from django.utils import timezone
from rest_framework.response import Response
from rest_framework.views import APIView

from consent.models import Decision
from provenance.models import Asset
from registry import idempotency, private
from registry.api import again
from registry.models import KeptAnswer
from registry.permissions import KnownClient
from tests import cast as people
from tests import shots
from tests.assets import build

pytestmark = pytest.mark.django_db

KEY = "8e03978e-40d5-43dd-bc93-6894a57f9324"
# Whoever asks here has no client whose key it could be, or is no program of the hatch at all.
NOBODYS = {"oauth/token", "verifications", "disclosures/by-hash"}


def question(cast, **changes):
    mira = {"person": cast.mira.public_id, "role": "target_likeness", "modality": "face", "use": "de_aging"}
    return {"production": cast.harbor.public_id, "depictions": [mira], **changes}


def ask(api, asked, key=KEY):
    return api.post("/api/v1/clearances", asked, format="json", headers={"Idempotency-Key": key})


def refused(answer, status, code):
    assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json"), answer.content
    assert answer.json()["code"] == code
    return answer.json()


def posts():
    """Every address of the interface that takes a POST, and its view."""

    def walk(patterns, before=""):
        for one in patterns:
            if hasattr(one, "url_patterns"):
                yield from walk(one.url_patterns, before + str(one.pattern))
            elif "post" in dir(getattr(one.callback, "cls", None)):
                yield before + str(one.pattern), one.callback

    found = {path.removeprefix("api/v1/"): view for path, view in walk(get_resolver().url_patterns) if path.startswith("api/v1/")}
    return {path: view for path, view in found.items() if path not in NOBODYS}


def test_every_post_of_the_interface_is_carried_out_once_per_key(hatch):
    doors = posts()
    assert {"assets", "clearances", "assets/<str:asset>/evidence"} <= set(doors)
    asked = RequestFactory().post("/", headers={"Idempotency-Key": KEY})
    for path, view in doors.items():
        assert issubclass(again.keyed(asked, view).cls, again._Once), f"{path} does not keep its answers"


def test_the_same_question_sent_again_is_answered_alike_and_asked_once(studio, hatch):
    people.verified(studio, at=timezone.now())
    first, second = ask(hatch, question(studio)), ask(hatch, question(studio))
    assert first.status_code == 201 and "Idempotent-Replayed" not in first
    assert (second.status_code, second.content, second["Location"]) == (201, first.content, first["Location"])
    assert second["Idempotent-Replayed"] == "true" and second["Content-Type"] == first["Content-Type"]
    assert Decision.objects.count() == 1
    assert ask(hatch, question(studio), key="another").json()["id"] != first.json()["id"]


def test_the_same_json_written_otherwise_is_the_same(studio, hatch):
    told = question(studio)
    turned = json.dumps(dict(reversed(told.items())), indent=4)
    first = ask(hatch, told)
    again_ = hatch.generic("POST", "/api/v1/clearances", turned, "application/json", headers={"Idempotency-Key": f'"{KEY}"'})
    assert again_.content == first.content and Decision.objects.count() == 1


def test_a_key_with_another_body_is_refused_and_nothing_is_done(studio, hatch):
    ask(hatch, question(studio))
    refused(ask(hatch, question(studio, act="release")), 422, "request.key_reused")
    elsewhere = hatch.post("/api/v1/assets", {}, format="multipart", headers={"Idempotency-Key": KEY})
    refused(elsewhere, 422, "request.key_reused")
    assert Decision.objects.count() == 1 and shots.nothing_kept()


def test_a_refusal_is_an_answer_too_and_stays_the_same(studio, hatch):
    unknown = question(studio, production="prd_none")
    first = ask(hatch, unknown)
    refused(first, 404, "production.unknown")
    assert ask(hatch, unknown).content == first.content  # down to the id of the request that was answered


def test_an_upload_sent_again_is_the_same_by_the_hash_of_its_file(studio, hatch):
    def send(content):
        file = SimpleUploadedFile("shot.jpg", content)
        form = {"file": file, "declaration": json.dumps(shots.bare(studio, "shot"))}
        return hatch.post("/api/v1/assets", form, format="multipart", headers={"Idempotency-Key": KEY})

    first, second = send(build.result_jpg()), send(build.result_jpg())
    assert first.status_code == 202 and second.content == first.content and second["Location"] == first["Location"]
    refused(send(build.plate_jpg()), 422, "request.key_reused")
    assert Asset.objects.count() == 1


def test_while_it_is_carried_out_the_same_is_told_to_wait_and_a_killed_process_holds_it_no_longer(studio, hatch):
    at = timezone.now()
    ask(hatch, question(studio))
    KeptAnswer.objects.update(status=None, leased_until=at + timedelta(seconds=20))
    answer = ask(hatch, question(studio))
    refused(answer, 409, "request.key_in_use")
    assert 1 <= int(answer["Retry-After"]) <= 20 and Decision.objects.count() == 1
    KeptAnswer.objects.update(leased_until=at - timedelta(seconds=1))
    assert ask(hatch, question(studio)).status_code == 201 and Decision.objects.count() == 2
    assert ask(hatch, question(studio))["Idempotent-Replayed"] == "true"


def test_whoever_was_overtaken_keeps_no_answer(hatch):
    at = timezone.now()
    first = idempotency.claim(hatch.registered, KEY, "a" * 64, at=at)
    second = idempotency.claim(hatch.registered, KEY, "a" * 64, at=at + timedelta(minutes=5))
    idempotency.keep(second, idempotency.Answer(201, {}, b"second"))
    idempotency.keep(first, idempotency.Answer(201, {}, b"first"))
    idempotency.let_go(first)
    assert idempotency.claim(hatch.registered, KEY, "a" * 64, at=at).body == b"second"


def test_another_clients_key_is_its_own_even_within_one_organisation(studio, hatch, program):
    other = program(studio.parallax)
    one, two = ask(hatch, question(studio)), ask(other, question(studio, act="release"))
    assert (one.status_code, two.status_code) == (201, 201) and one.json()["id"] != two.json()["id"]


def test_what_was_refused_before_the_act_is_not_kept(studio, hatch, program, settings):
    reader = program(studio.parallax, "assets:read")
    refused(ask(reader, question(studio)), 403, "client.scope")
    broken = hatch.generic("POST", "/api/v1/clearances", "{", "application/json", headers={"Idempotency-Key": KEY})
    refused(broken, 400, "request.malformed")
    settings.RATES = settings.RATES | {"client": 1}
    refused(ask(hatch, question(studio)), 429, "client.too_many_requests")
    assert not KeptAnswer.objects.exists() and not Decision.objects.exists()


def test_a_day_later_the_key_is_free(studio, hatch):
    at = timezone.now()
    ask(hatch, question(studio))
    idempotency.forget(at=at + timedelta(hours=23, minutes=59))
    assert KeptAnswer.objects.exists()
    KeptAnswer.objects.update(expires_at=at)
    assert ask(hatch, question(studio, act="release")).status_code == 201  # even before it was swept
    idempotency.forget(at=at + timedelta(hours=25))
    assert not KeptAnswer.objects.exists()


@pytest.mark.parametrize("key", ["", " ", "a b", "x" * 256, '""', "ключ"])
def test_a_key_of_another_form_is_refused(studio, hatch, key):
    refused(ask(hatch, question(studio), key=key.encode("utf-8").decode("latin-1")), 400, "request.key_malformed")
    assert not Decision.objects.exists()


def test_kept_answers_cannot_be_read_in_the_database(studio, hatch):
    first = ask(hatch, question(studio))
    kept = KeptAnswer.objects.get()
    assert first.json()["id"].encode() not in bytes(kept.body) and len(kept.body) > 50
    assert zlib.decompress(private.open_key(bytes(kept.body))) == first.content


class Falls(APIView):
    permission_classes = [KnownClient]
    times = 0

    def post(self, request):
        Falls.times += 1
        raise RuntimeError("inner words")


class Away(Falls):
    def post(self, request):
        Falls.times += 1
        return Response({}, status=503)


def direct(api, view):
    request = RequestFactory().post("/api/v1/falls", headers={"Idempotency-Key": KEY, **api._credentials_as_headers})
    return again.keyed(request, view.as_view())(request)


@pytest.fixture
def direct_hatch(hatch):
    hatch._credentials_as_headers = {"Authorization": hatch._credentials["HTTP_AUTHORIZATION"]}
    return hatch


def test_a_mistake_of_ours_is_kept_for_nobody_knows_what_was_done(direct_hatch):
    Falls.times = 0
    with pytest.raises(RuntimeError):
        direct(direct_hatch, Falls)
    told = direct(direct_hatch, Falls)
    assert (told.status_code, json.loads(told.content)["code"], Falls.times) == (500, "service.error", 1)
    assert b"inner words" not in told.content


def test_what_says_that_nothing_was_done_may_be_tried_again_under_its_key(direct_hatch):
    Falls.times = 0
    assert [direct(direct_hatch, Away).status_code for _ in range(2)] == [503, 503] and Falls.times == 2
    assert not KeptAnswer.objects.exists()


def test_no_thread_is_left_behind(studio, hatch):
    before = threading.active_count()
    for number in range(3):
        ask(hatch, question(studio), key=f"k{number}")
    assert threading.active_count() <= before + 1


def test_a_secret_that_was_shown_once_is_not_kept_in_clear(studio, program):
    api = program(studio.parallax)
    asked, key = {"address": "https://hooks.example"}, "made-once"
    made = api.post("/api/v1/webhooks", asked, format="json", headers={"Idempotency-Key": key})
    again_ = api.post("/api/v1/webhooks", asked, format="json", headers={"Idempotency-Key": key})
    assert made.status_code == 201 and again_.json() == made.json() and again_["Idempotent-Replayed"] == "true"
    rotated = api.post(f"{made.json()['links']['self']}/rotate", headers={"Idempotency-Key": "rotated-once"})
    for answer, name in ((made, key), (rotated, "rotated-once")):
        secret = answer.json()["secret"].removeprefix("whsec_").encode()
        row = KeptAnswer.objects.get(key=name)
        assert row.status and secret not in bytes(row.body) and secret.decode() not in json.dumps(row.headers)
        with pytest.raises(zlib.error):
            zlib.decompress(bytes(row.body))
