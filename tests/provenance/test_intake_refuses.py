"""Whatever is wrong with an upload is told at the door by a problem document, and nothing of it is kept."""

import json
import socket
import threading
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from oauth2_provider.models import AccessToken

from consent.models import Decision
from registry import clients
from tests import cast as people
from tests import shots
from tests.assets import bad, build

pytestmark = pytest.mark.django_db


@pytest.fixture
def hatch(cast, program, settings, tmp_path):
    settings.FILE_UPLOAD_TEMP_DIR = str(tmp_path / "arriving")
    Path(settings.FILE_UPLOAD_TEMP_DIR).mkdir()
    people.verified(cast, at=timezone.now())
    return program(cast.parallax)


@pytest.fixture
def nothing_left(settings):
    """That nothing is kept: no asset, no plan, no file, nothing in the making, and consent was not even asked."""

    def holds():
        return shots.nothing_kept() and not list(Path(settings.FILE_UPLOAD_TEMP_DIR).iterdir()) and not Decision.objects.exists()

    return holds


def problem(answer, status):
    assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json"), answer.content
    told = answer.json()
    assert told["status"] == status and told["detail"] and told["type"].endswith(told["code"])
    return told


@pytest.mark.parametrize("name", bad.BAD)
def test_every_bad_file_is_refused_with_its_code_and_leaves_nothing(cast, hatch, nothing_left, name):
    made, code = bad.BAD[name]
    told = problem(shots.send(hatch, made(), shots.bare(cast, name), name=name), 422)
    assert told["code"] == code
    assert nothing_left()


def test_a_bad_file_among_the_ingredients_is_refused_as_well(cast, hatch, nothing_left):
    answer = shots.send(hatch, build.result_jpg(), shots.declaration(cast), plate=bad.many_boxes())
    assert problem(answer, 422)["code"] == "media.too_many_parts" and nothing_left()


def test_a_file_over_the_limit_is_refused(cast, hatch, nothing_left, settings):
    settings.MAX_UPLOAD_BYTES = 10_000
    answer = shots.send(hatch, build.result_jpg(), shots.bare(cast, "large"))
    assert problem(answer, 413)["code"] == "media.too_large" and nothing_left()


@pytest.mark.parametrize("made", [bad.remote_jpg, bad.remote_png])
def test_an_address_that_a_file_names_is_not_asked(cast, hatch, nothing_left, made):
    asked = []
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.2)
        ends = threading.Event()

        def listen():
            while not ends.is_set():
                try:
                    asked.append(listener.accept()[1])
                except TimeoutError:
                    continue

        thread = threading.Thread(target=listen)
        thread.start()
        file = made(f"http://127.0.0.1:{listener.getsockname()[1]}/manifest.c2pa")
        answer = shots.send(hatch, file, shots.bare(cast, "elsewhere"), name=f"e.{made.__name__[-3:]}")
        ends.set()
        thread.join()
    assert problem(answer, 422)["code"] == "media.credentials_elsewhere"
    assert asked == [] and nothing_left()


FRAME = {"type": "rectangle", "unit": "percent", "x": 80.0, "y": 10.0, "width": 40.0, "height": 10.0}


@pytest.mark.parametrize(("changes", "code", "pointer"), [
    ({"operations": [shots.de_aging(technique="mind_reading")]}, "declaration.unknown_term", "/operations/0/technique"),
    ({"operations": [shots.de_aging(digital_source_type="magic")]}, "declaration.unknown_term",
     "/operations/0/digital_source_type"),
    ({"operations": [shots.de_aging(regions=[{"id": "out", "shape": FRAME}])]}, "declaration.region_outside_frame",
     "/operations/0/regions/0"),
    ({"operations": [shots.de_aging(depicts=[])], "depictions": []}, "declaration.depiction_without_person",
     "/operations/0/depicts"),
    ({"depictions": [{"id": "mira", "role": "target_likeness", "modality": "face"}]},
     "declaration.depiction_without_person", "/depictions/0"),
    ({"unit": "sh999"}, "declaration.unknown_unit", "/unit"),
    ({"production": "prd_nobody_knows_of_this"}, "production.unknown", "/production"),
    ({"surprise": 1}, "declaration.invalid", "/surprise"),
    ({"title": "M. Vale, younger"}, "manifest.personal_data", ""),
    ({"ingredients": [{"id": "plate", "relation": "parentOf", "asset": "ast_nobody_knows_of_this"}]},
     "declaration.unknown_asset", "/ingredients/0/asset"),
    ({"ingredients": [{"id": "plate", "relation": "parentOf", "part": "matte"}]}, "declaration.part_missing",
     "/ingredients/0/part"),
    ({"ingredients": []}, "declaration.part_unexpected", "/ingredients"),
])  # fmt: skip
def test_what_a_declaration_may_not_say_is_told_with_its_place(cast, hatch, nothing_left, changes, code, pointer):
    parts = {} if code == "declaration.unknown_asset" else {"plate": build.plate_jpg()}
    told = problem(shots.send(hatch, build.result_jpg(), shots.declaration(cast, **changes), **parts), 422)
    assert told["code"] == code
    assert not pointer or pointer in [fault["pointer"] for fault in told["errors"]]
    assert nothing_left()


@pytest.mark.parametrize(("declared", "code"), [
    ("", "declaration.missing"),
    ("{not json", "declaration.not_json"),
    ('{"version": NaN}', "declaration.not_json"),
    ("[" * 100_000, "declaration.not_json"),
    ("[" * 20 + "]" * 20, "declaration.invalid"),
    ('"' + "x" * 900_000 + '"', "declaration.invalid"),
])  # fmt: skip
def test_what_is_no_declaration_is_told_so(hatch, nothing_left, declared, code):
    assert problem(shots.send(hatch, build.result_jpg(), declared), 422)["code"] == code
    assert nothing_left()


def test_a_declaration_may_come_as_a_file(cast, hatch):
    sent = {"file": SimpleUploadedFile("s.jpg", build.result_jpg()),
            "declaration": SimpleUploadedFile("d.json", json.dumps(shots.bare(cast, "as a file")).encode())}  # fmt: skip
    assert hatch.post("/api/v1/assets", sent, format="multipart").status_code == 202


def test_another_tenants_ids_are_answered_like_ids_that_never_were(cast, hatch, nothing_left):
    theirs = people.person(cast.southgate, "Other Name", "Other", cast.mira.birth_date)
    answers = []
    for person in (theirs.public_id, "per_" + "x" * len(theirs.public_id[4:])):
        depicted = [{"id": "mira", "person": person, "role": "target_likeness", "modality": "face"}]
        declared = shots.declaration(cast, depictions=depicted)
        told = problem(shots.send(hatch, build.result_jpg(), declared, plate=build.plate_jpg()), 422)
        answers.append((told["code"], told["detail"].replace(person, "…"), told["errors"][0]["pointer"]))
    assert answers[0] == answers[1] == ("declaration.unknown_person", answers[0][1], "/depictions/0/person")
    assert nothing_left()


def test_who_may_not_send_is_told_so_before_anything_is_read(cast, hatch, nothing_left, program):
    def send(door):
        return shots.send(door, build.result_jpg(), shots.bare(cast, "s"))

    reader = program(cast.parallax, "assets:read")
    assert problem(send(reader), 403)["code"] == "client.scope"
    AccessToken.objects.update(expires=timezone.now() - timedelta(seconds=1))
    assert problem(send(hatch), 401)["code"] == "client.bad_token"
    fresh = program(cast.parallax)
    clients.revoke(fresh.registered, by=None, reason="Left", at=timezone.now())
    assert problem(send(fresh), 401)["code"] == "client.bad_token"
    assert nothing_left()


def test_what_is_no_form_and_no_file_is_told_so(hatch, nothing_left):
    assert problem(hatch.post("/api/v1/assets", "a: 1", content_type="text/yaml"), 415)["code"] == "request.media_type"
    assert problem(hatch.put("/api/v1/assets", {}, format="json"), 405)["code"] == "request.method"
    assert problem(hatch.post("/api/v1/assets", {"declaration": "{}"}, format="multipart"), 422)["code"] == "asset.no_file"
    assert nothing_left()


def test_an_address_with_a_nul_leads_nowhere(hatch):
    assert hatch.get("/api/v1/assets/ast_%00").status_code == 404
