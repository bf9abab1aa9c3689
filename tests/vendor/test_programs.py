"""A vendor's people register its programs, renew and revoke them; a secret is shown once, and asks who is there."""

import pytest
from django.utils import timezone

from registry import clients
from registry.models import ApiClient, Event
from tests.desk import minutes_later
from tests.vendor.people import page

pytestmark = pytest.mark.django_db
WHY = {"reason": "The farm in Berlin begins"}
FARM = WHY | {"name": "Render farm", "scopes": ["assets:write", "clearances"]}


def secret_in(answer) -> str:
    return answer.content.decode().partition('class="secret">')[2].partition("<")[0]


def token(client, program, secret) -> int:
    asked = {"grant_type": "client_credentials", "client_id": program.client_id, "client_secret": secret}
    return client.post("/api/v1/oauth/token", asked).status_code


def test_a_program_is_registered_renewed_and_revoked(cast, board, client):
    answer = board.post("/vendor/programs/register/", FARM)
    program, secret = ApiClient.objects.get(), secret_in(answer)
    assert program.organisation == cast.parallax and program.allowed_scopes == "assets:write clearances"
    assert token(client, program, secret) == 200 and "no-store" in answer["Cache-Control"]
    address = f"/vendor/programs/{program.client_id}/"
    told = page(board, address)
    assert secret not in told and "Registered" in told and "Vera Lind" in told and WHY["reason"] in told
    fresh = secret_in(board.post(f"{address}renew/", WHY))
    assert token(client, program, secret) == 401 and token(client, program, fresh) == 200
    assert board.post(f"{address}revoke/", WHY).url == address
    assert token(client, program, fresh) == 401 and "Revoked" in page(board, "/vendor/programs/")
    assert board.post(f"{address}renew/", WHY).status_code == 409
    told = list(Event.objects.filter(chain=f"client:{program.pk}").values_list("tag", "actor_name"))
    assert told == [("client:registered", "Vera Lind"), ("client:secret_renewed", "Vera Lind"), ("client:revoked", "Vera Lind")]
    assert secret not in str(list(Event.objects.values_list("body", flat=True)))


@pytest.mark.parametrize("changes", [{"reason": ""}, {"name": ""}, {"scopes": []}, {"scopes": ["everything"]}])
def test_without_a_reason_a_name_and_what_it_may_nothing_is_registered(board, changes):
    assert board.post("/vendor/programs/register/", FARM | changes).status_code == 422
    assert not ApiClient.objects.exists() and not Event.objects.exists()


def test_who_they_are_is_asked_again_before_a_secret_and_the_form_goes_on(cast, board, vera):
    vera.set_password("four words and a number")
    vera.save()
    board.force_login(vera)
    program, _ = clients.register(name="Farm", organisation=cast.parallax, by=None, reason="Set up", at=timezone.now())
    for address in ("/vendor/programs/register/", f"/vendor/programs/{program.client_id}/renew/"):
        asked = page(board, address)
        assert "that it is you" in asked and "To the board" in asked and "/admin/" not in asked
        told = board.post(address, FARM).content.decode()
        assert "that it is you" in told and 'value="Render farm"' in told
    assert ApiClient.objects.count() == 1 and Event.objects.count() == 1
    answer = board.post("/vendor/programs/register/", FARM | {"again-password": "four words and a number"})
    assert len(secret_in(answer)) > 40 and ApiClient.objects.count() == 2


def test_after_some_minutes_it_is_asked_anew(board, settings):
    assert "that it is you" not in page(board, "/vendor/programs/register/")
    minutes_later(board, settings.CONFIRM_MINUTES + 1)
    assert "that it is you" in page(board, "/vendor/programs/register/")


def test_whoever_acted_at_the_registry_is_not_named_to_the_vendor(cast, board):
    program, _ = clients.register(name="Farm", organisation=cast.parallax, by=cast.tobi, reason="A secret reason",
                                  at=timezone.now())  # fmt: skip
    told = page(board, f"/vendor/programs/{program.client_id}/")
    assert "Okafor" not in told and "A secret reason" not in told and "operators" in told
