"""Productions, scenes and shots at the desk: added and corrected with a reason, linked only to what is the studio's own."""

import pytest

from registry.models import CollectiveAgreement, Event, Organisation, Production, Unit
from tests.desk import at_the_desk

pytestmark = pytest.mark.django_db
PRODUCTIONS = "/admin/registry/production/"


def said(cast, **changes):
    return {
        "studio": cast.northlight.public_id, "title": "Harbor II", "kind": "feature", "jurisdictions": "us-ca, GB",
        "default_territories": "World", "default_languages": "en", "default_media": ["theatrical", "svod"],
        "cast": [cast.mira.public_id], "vendors": [cast.parallax.public_id], "reason": "Green light",
    } | changes  # fmt: skip


def add(cast, user=None, **changes):
    return at_the_desk(user or cast.ines).post(f"{PRODUCTIONS}add/", said(cast, **changes))


def test_a_production_is_added_with_its_people_vendors_and_defaults(cast):
    agreement = CollectiveAgreement.objects.create(code="SAG-TV", version="2026", title="SAG-AFTRA TV/Theatrical")
    answer = add(
        cast, parent=cast.harbor.public_id, eidr="10.5240/7791-8534-2C23-9030-8610-5", agreements=[agreement.pk],
        photography_starts_on="2026-11-02",
    )  # fmt: skip
    made = Production.objects.get(title="Harbor II")
    assert answer.status_code == 302 and answer.url == f"{PRODUCTIONS}{made.public_id}/"
    assert (made.studio, made.parent, made.jurisdictions) == (cast.northlight, cast.harbor, ["US-CA", "GB"])
    assert (made.default_territories, made.default_media) == (["WORLD"], ["theatrical", "svod"])
    assert [*made.cast.all(), *made.vendors.all(), *made.agreements.all()] == [cast.mira, cast.parallax, agreement]
    assert Event.objects.get(tag="production:added").reason == "Green light"


@pytest.mark.parametrize(("changes", "words"), [
    ({"reason": ""}, "Say why"),
    ({"title": "  "}, "This field is required"),
    ({"eidr": "10.5240/7791-8534-2C23-9030-8610-6"}, "its check character does not fit"),
    ({"isan": "0000-0000"}, "is not a valid ISAN"),
    ({"jurisdictions": "California"}, "is not a jurisdiction"),
    ({"default_territories": "Atlantis"}, "is not a territory"),
    ({"default_media": ["telepathy"]}, "not one of the available choices"),
])  # fmt: skip
def test_what_cannot_be_is_refused_and_nothing_is_added(cast, changes, words):
    answer = add(cast, **changes)
    assert answer.status_code == 422 and words in answer.content.decode()
    assert Production.objects.count() == 1 and not Event.objects.exists()


def test_another_studio_s_people_works_and_files_are_no_choices(cast):
    theirs = Production.objects.create(studio=cast.southgate, title="Fog")
    for changes in ({"parent": theirs.public_id}, {"studio": cast.southgate.public_id}):
        assert add(cast, **changes).status_code == 422
    cast.mira.studio = cast.southgate
    cast.mira.save()
    assert add(cast).status_code == 422
    assert not Production.objects.filter(title="Harbor II").exists()


def test_no_production_is_part_of_itself(cast):
    add(cast, parent=cast.harbor.public_id)
    second = Production.objects.get(title="Harbor II")
    data = said(cast, title="Harbor", parent=second.public_id, reason="Prequel")
    answer = at_the_desk(cast.ines).post(f"{PRODUCTIONS}{cast.harbor.public_id}/correct/", data)
    assert answer.status_code == 422 and "is itself part of" in answer.content.decode()
    assert Production.objects.get(pk=cast.harbor.pk).parent is None


def test_a_correction_begins_with_what_is_on_file(cast):
    address = f"{PRODUCTIONS}{cast.harbor.public_id}/correct/"
    desk = at_the_desk(cast.ines)
    page = desk.get(address).content.decode()
    assert 'value="Harbor"' in page and 'value="World"' in page and page.count("checked") == 3
    umbra = Organisation.objects.get(name="Umbra Effects")
    assert desk.post(address, said(cast, title="Harbour", vendors=[umbra.public_id], reason="Spelling")).status_code == 302
    harbor = Production.objects.get(pk=cast.harbor.pk)
    assert harbor.title == "Harbour" and list(harbor.vendors.all()) == [umbra]


def test_a_shot_is_added_once_under_its_code(cast):
    address = f"{PRODUCTIONS}{cast.harbor.public_id}/unit/"
    desk = at_the_desk(cast.ines)
    shot = {"code": "sh115", "kind": "shot", "description": "Quay at night", "content_flags": ["violence"], "reason": "Turnover"}
    assert desk.post(address, shot | {"reason": ""}).status_code == 422 and Unit.objects.count() == 1
    assert desk.post(address, shot).status_code == 302
    assert desk.post(address, shot).status_code == 409
    assert Unit.objects.get(code="sh115").content_flags == ["violence"] and Unit.objects.count() == 2
    assert "sh115" in desk.get(f"{PRODUCTIONS}{cast.harbor.public_id}/").content.decode()


@pytest.mark.parametrize("who", ["ada", "sol"])
def test_who_may_not_enter_changes_nothing(cast, who):
    desk = at_the_desk(getattr(cast, who))
    status = 403 if who == "ada" else 404
    for act in ("correct", "unit"):
        answer = desk.post(f"{PRODUCTIONS}{cast.harbor.public_id}/{act}/", said(cast, code="sh9"))
        assert answer.status_code == status
    assert Production.objects.get().title == "Harbor" and Unit.objects.count() == 1
