"""The desk makes a link; the performer opens it, reads what was allowed and where it was used, and ends it; signing stops."""

import re

import pytest
from django.utils import timezone

from consent import grants
from consent.models import Ending, Statement
from provenance import standing
from provenance.models import Credential, SigningPlan
from registry import journal
from registry.models import Production
from tests import cast as people
from tests import letters, shots
from tests.assets import build
from tests.desk import at_the_desk

pytestmark = pytest.mark.django_db


def sent(api, cast, name, picture=build.result_jpg):
    declared = shots.declaration(cast, title=name)
    return shots.send(api, picture(), declared, name=name, plate=build.plate_jpg())


def by_the_desk(cast) -> letters.Letter:
    """The link and the code, as the lawyer reads them off the page."""
    form = {"authority": cast.mira.authorities.get().public_id, "language": "en", "days": "30", "reason": "She asked"}
    page = at_the_desk(cast.ines).post("/admin/consent/performerlink/add/", form).content.decode()
    token = re.search(r"/letter/open/([^<]+)<", page).group(1)
    code = re.search(r'secret">(\d{3}) (\d{3})<', page)
    return letters.Letter(cast.mira.authorities.get().links.get(), token, "".join(code.groups()))


def test_a_performer_ends_a_consent_and_nothing_more_is_signed(studio, hatch, client):
    grant = people.verified(studio, at=timezone.now())
    first = sent(hatch, studio, "harbor_sh114_v07.jpg").json()["id"]
    shots.work()
    letter = by_the_desk(studio)
    browser = letter.opened()
    page = browser.get(letter.home).content.decode()
    assert "You allow de-aging (face) in the whole world" in page
    assert "<b>Harbor</b>" in page and "on agreement C-0142" in page and "De-aging: " in page
    assert "AI altered the face of one performer (de-aging)" in page
    assert "harbor_sh114" not in page and "Parallax" not in page

    waiting = sent(hatch, studio, "harbor_sh114_v08.png", build.result_png).json()["id"]
    form = letters.filled(browser.get(letter.about(grant, "end")), code=letter.code, text="I have changed my mind.")
    assert "on hold from now on" in browser.get(browser.post(letter.about(grant, "end"), form).url).content.decode()

    shots.work()
    told = hatch.get(f"/api/v1/assets/{waiting}").json()
    assert told["state"] == "refused" and told["problem"]["code"] == "consent.locked"
    assert Credential.objects.count() == 1 and SigningPlan.objects.count() == 1
    asked = sent(hatch, studio, "harbor_sh115_v01.webp", build.result_webp)
    assert asked.status_code == 403 and asked.json()["code"] == "consent.locked"
    assert "changed my mind" not in str(told) + str(asked.json()) and "lnk_" not in str(told)

    report = shots.checked(client, shots.fetched(hatch, first))
    assert report["consent"]["details"] == {"at_signing": "confirmed", "now": "confirmed"}, "a hold is nobody else's business"

    ines = at_the_desk(studio.ines)
    front = ines.get("/admin/").content.decode()
    assert "Wants to end" in front and "C-0142 of M. Vale – on hold" in front
    word = ines.get(re.search(r'href="(/admin/consent/performerword/[^"]+)"', front).group(1)).content.decode()
    assert "I have changed my mind." in word
    ending = re.search(r'href="([^"]+/ending/)"', word).group(1)
    filled = ines.get(ending).content.decode()
    moment = Statement.objects.get().effective_at
    assert f'value="{moment:%Y-%m-%dT%H:%M}"' in filled
    said = {"kind": "withdrawn", "mode": "prospective_new_use", "received_at": f"{moment:%Y-%m-%dT%H:%M}",
            "effective_at": f"{moment:%Y-%m-%dT%H:%M}", "reason": "Said at her own door", "confirm": "1"}  # fmt: skip
    assert ines.post(ending, said).status_code == 302
    assert Ending.objects.get().grant == grant and "Wants to end" not in ines.get("/admin/").content.decode()

    page = browser.get(letter.home).content.decode()
    assert "Ended on" in page and "may go on being shown" in page and "End my consent" not in page
    report = shots.checked(client, shots.fetched(hatch, first))
    assert report["consent"]["details"]["now"] == "ended" and report["signature"]["state"] == "valid"
    assert standing.standing_on(grant).count() == 1 and journal.broken_links() == []


def test_a_title_is_told_only_where_the_agreement_names_the_work(studio, hatch):
    """What was allowed names no work: of this one, not announced yet, nobody has told her."""
    secret = Production.objects.create(studio=studio.northlight, title="A Film in Secret", default_territories=["WORLD"])
    secret.vendors.add(studio.parallax)
    secret.cast.add(studio.mira)
    grant = grants.enter(
        person=studio.mira, studio=studio.northlight, production=None, number="C-0142", kind="standing",
        terms=people.terms(), by=studio.ines, at=timezone.now(), reason="Received",
    )  # fmt: skip
    grants.verify(grant.revisions.get(), by=studio.tobi, at=timezone.now(), reason="Compared")
    declared = shots.declaration(studio, production=secret.public_id)
    declared.pop("unit")
    assert shots.send(hatch, build.result_jpg(), declared, plate=build.plate_jpg()).status_code == 202
    shots.work()
    letter = letters.made(studio)
    page = letter.opened().get(letter.home).content.decode()
    assert Credential.objects.count() == 1
    assert "A work whose title is not told yet" in page and "A Film in Secret" not in page and "De-aging: " in page
