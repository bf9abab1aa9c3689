"""Every address of the vendor's own page is that vendor's: for anybody else there is nothing there, and nothing is done."""

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import Client
from django.utils import timezone

from consent import clearance
from consent.facts import Depiction
from consent.models import Decision
from provenance.models import SigningJob
from provenance.vendor.urls import urlpatterns
from registry import clients
from registry.models import ApiClient, Event
from registry.webhooks import endpoints, outbox
from tests import shots
from tests.provenance import registered
from tests.vendor.people import signed_in

pytestmark = pytest.mark.django_db
FORMS = (
    "choose/", "/ask/", "/send/", "register/", "renew/", "revoke/", "add/", "change/", "switch/", "rotate/", "delete/", "test/",
    "replay/", "/evidence/",
)  # fmt: skip


@pytest.fixture
def addresses(studio):
    """Every address there is, filled in with what is Parallax's."""
    at = timezone.now()
    for name in ("signed/x", "signed/y"):
        default_storage.save(name, ContentFile(b"bytes"))
    asset = registered.credential(sidecar_key="signed/y").asset
    SigningJob.objects.create(
        asset=asset, vendor=asset.vendor, intake_key="k", state="signed", not_before=at, called_at=at, changed_at=at
    )
    shown = Depiction(id="1", person=studio.mira.public_id, role="target_likeness", modality="face", use="de_aging",
                      content_flags=frozenset())  # fmt: skip
    asked = clearance.decide(clearance.Question(act="sign", depictions=(shown,)), production=studio.harbor,
                             requester=studio.parallax, purpose="clearance", at=at)  # fmt: skip
    program, _ = clients.register(name="Farm", organisation=studio.parallax, by=None, reason="Set up", at=at)
    hook, _ = endpoints.create(studio.parallax, address="https://hooks.parallax.example/countersign", by=program, at=at)
    tried = outbox.try_out(hook, at=at)
    keys = {
        "production": studio.harbor.public_id, "assets": asset.public_id, "clearances": asked.public_id,
        "programs": program.client_id, "webhooks": hook.public_id, "which": tried.public_id,
    }  # fmt: skip
    return [_filled(str(one.pattern), keys) for one in urlpatterns]


def _filled(route: str, keys: dict[str, str]) -> str:
    key = "production" if "<str:production>" in route else route.split("/")[0]
    return "/vendor/" + route.replace("<str:production>", keys["production"]).replace("<str:key>", keys.get(key, "")).replace(
        "<str:which>", keys["which"])  # fmt: skip


def nothing_was_done(before):
    return before == (Event.objects.count(), ApiClient.objects.count(), Decision.objects.count())


def counted():
    return Event.objects.count(), ApiClient.objects.count(), Decision.objects.count()


def test_whoever_works_for_the_vendor_opens_every_page(addresses, board):
    for address in addresses:
        answer = board.get(address)
        if address.endswith("/test/"):
            assert answer.status_code == 405
            continue
        assert answer.status_code == 200 or answer.url.startswith("/vendor/productions/"), address
        assert "no-store" in answer["Cache-Control"] and "private" in answer["Cache-Control"], address


@pytest.mark.parametrize("who", ["ines", "tobi", "ada", "sol"])
def test_nobody_of_a_studio_finds_anything(studio, addresses, who):
    refused_everywhere(signed_in(getattr(studio, who)), addresses)


def test_nobody_of_another_vendor_finds_anything_but_their_own_empty_pages(addresses, ulf):
    own = {"/vendor/", "/vendor/choose/", "/vendor/sent/", "/vendor/ask/", "/vendor/programs/", "/vendor/programs/register/",
           "/vendor/webhooks/", "/vendor/webhooks/add/"}  # fmt: skip
    theirs = [address for address in addresses if address not in own]
    assert len(theirs) > 7
    refused_everywhere(signed_in(ulf), theirs)
    for address in sorted(own):
        page = signed_in(ulf).get(address).content.decode()
        assert "Harbor" not in page and "Parallax" not in page and "Farm" not in page, address


def test_nobody_at_all_is_asked_to_sign_in(addresses):
    for address in addresses:
        for answer in (Client().get(address), Client().post(address, {"reason": "Just so"})):
            assert answer.status_code == 302 and answer.url.startswith("/accounts/login/?next=/vendor/"), address


def test_a_programs_token_opens_no_page(addresses, hatch):
    for address in addresses:
        assert hatch.get(address).url.startswith("/accounts/login/"), address


def refused_everywhere(client, addresses):
    before = counted()
    for address in addresses:
        assert client.get(address).status_code in ((404, 405) if address.endswith("/test/") else (404,)), address
        assert client.post(address, {"reason": "Just so", "vendor": "x"}).status_code in (404, 405), address
    assert nothing_was_done(before) and len(Event.objects.filter(actor__startswith="user:")) == 0
    assert shots.nothing_released() is False  # the one that was there


def test_what_was_a_colleagues_is_gone_with_the_role(board, vera, addresses):
    vera.memberships.all().delete()
    refused_everywhere(board, addresses)


def test_a_vendors_role_in_a_studio_opens_no_board(cast, addresses):
    cast.ines.memberships.create(organisation=cast.northlight, role="vendor")
    refused_everywhere(signed_in(cast.ines), addresses)


def test_no_address_answers_to_more_than_it_is_for(board, addresses):
    for address in addresses:
        if address != "/vendor/ask/" and (address.endswith(FORMS) or "/deliveries/" in address):
            continue
        assert board.post(address, {}).status_code == 405, address
