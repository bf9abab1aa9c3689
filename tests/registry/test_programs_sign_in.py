"""A program fetches a token with its secret, uses it within its scopes, and is shut out the moment it is revoked."""

import base64
import time
from datetime import timedelta
from urllib.parse import urlencode

import pytest
from django.test import Client
from django.utils import timezone
from oauth2_provider.models import AccessToken
from rest_framework.response import Response
from rest_framework.test import APIClient
from rest_framework.views import APIView

from registry import clients
from registry.errors import Conflict, Invalid, NotFound
from registry.models import ApiClient, Event
from registry.permissions import requires

TOKEN = "/api/v1/oauth/token"
pytestmark = pytest.mark.django_db


class Shots(APIView):
    """A door like those of the rooms: it asks for a scope, and knows whose program speaks."""

    permission_classes = (requires("productions:read"),)

    def get(self, request):
        return Response({"organisation": request.client.organisation.public_id, "user": str(request.user)})

    def post(self, request):
        raise NotFound("production.unknown", "There is no such production.")


@pytest.fixture
def urlconf(settings):
    settings.ROOT_URLCONF = "tests.registry.doors"


@pytest.fixture
def parallax(cast):
    client, secret = clients.register(
        name="Parallax pipeline", organisation=cast.parallax, by=cast.ines, reason="Vendor of Harbor", at=timezone.now()
    )
    return client, secret


def fetch(client, secret, **changes):
    asked = {"grant_type": "client_credentials", "client_id": client.client_id, "client_secret": secret} | changes
    return Client().post(TOKEN, urlencode(asked), content_type="application/x-www-form-urlencoded")


def with_token(token):
    api = APIClient()
    api.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
    return api


def test_a_secret_buys_an_opaque_token_for_fifteen_minutes(parallax):
    answer = fetch(*parallax)
    assert answer.status_code == 200
    assert answer["Cache-Control"] == "no-store"
    token = answer.json()
    assert (token["expires_in"], token["token_type"]) == (900, "Bearer")
    assert set(token["scope"].split()) == {
        "assets:write", "assets:read", "clearances", "productions:read", "verify", "webhooks", "fetch:manifests",
        "store:manifests", "store:bindings",
    }  # fmt: skip
    assert "." not in token["access_token"] and len(token["access_token"]) >= 22


def test_http_basic_authentication_does_as_well(parallax):
    client, secret = parallax
    basic = base64.b64encode(f"{client.client_id}:{secret}".encode()).decode()
    answer = Client().post(TOKEN, "grant_type=client_credentials", content_type="application/x-www-form-urlencoded",
                           headers={"Authorization": f"Basic {basic}"})  # fmt: skip
    assert answer.status_code == 200


def test_neither_secret_nor_token_stands_in_the_database(parallax):
    client, secret = parallax
    token = fetch(client, secret).json()["access_token"]
    client.refresh_from_db()
    assert secret not in client.client_secret and client.client_secret.startswith("client_secret$")
    kept = AccessToken.objects.values().get()
    assert token not in [str(value) for value in kept.values()]


def test_a_token_may_ask_for_less_and_never_for_more(cast):
    client, secret = clients.register(name="reader", organisation=cast.umbra, scopes=["assets:read", "clearances"],
                                      by=None, reason="", at=timezone.now())  # fmt: skip
    assert fetch(client, secret, scope="clearances").json()["scope"] == "clearances"
    refused = fetch(client, secret, scope="assets:write")
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_scope")
    assert AccessToken.objects.count() == 1


@pytest.mark.parametrize(("changes", "status", "error"), [
    ({"client_secret": "wrong"}, 401, "invalid_client"),
    ({"client_id": "nobody"}, 401, "invalid_client"),
    ({"grant_type": "password", "username": "ines", "password": "x"}, 400, "unsupported_grant_type"),
    ({"grant_type": "authorization_code", "code": "x"}, 400, "unsupported_grant_type"),
    ({"grant_type": ""}, 400, "invalid_request"),
])  # fmt: skip
def test_a_refused_token_answers_in_both_tongues(parallax, changes, status, error):
    answer = fetch(*parallax, **changes)
    assert answer.status_code == status
    told = answer.json()
    assert told["error"] == error and told["error_description"]
    assert told["code"] == f"client.{error}" and told["type"].endswith(f"/problems/client.{error}") and told["request_id"]
    assert "access_token" not in told and not AccessToken.objects.exists()


def test_the_door_knows_whose_program_speaks(urlconf, cast, parallax):
    answer = with_token(fetch(*parallax).json()["access_token"]).get("/api/v1/shots")
    assert answer.json() == {"organisation": cast.parallax.public_id, "user": "Parallax pipeline"}


def test_without_a_token_the_door_says_how_to_get_one(urlconf, parallax):
    answer = APIClient().get("/api/v1/shots")
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"] == 'Bearer realm="countersign"'
    assert answer.json()["code"] == "client.unauthenticated" and "/api/v1/oauth/token" in answer.json()["detail"]


def test_a_token_in_the_address_is_not_looked_at(urlconf, parallax):
    token = fetch(*parallax).json()["access_token"]
    assert APIClient().get(f"/api/v1/shots?access_token={token}").status_code == 401


@pytest.mark.parametrize("given", ["", "x", "ä" * 40, "a" * 5000, "\x00"])
def test_a_made_up_token_is_refused(urlconf, parallax, given):
    answer = with_token(given).get("/api/v1/shots")
    assert (answer.status_code, answer.json()["code"]) == (401, "client.bad_token")
    assert 'error="invalid_token"' in answer["WWW-Authenticate"]


@pytest.mark.parametrize(("left", "status"), [(timedelta(seconds=5), 200), (timedelta(0), 401), (-timedelta(seconds=1), 401)])
def test_a_token_ends_at_its_moment(urlconf, parallax, left, status):
    token = fetch(*parallax).json()["access_token"]
    AccessToken.objects.update(expires=timezone.now() + left)
    assert with_token(token).get("/api/v1/shots").status_code == status


def test_a_missing_scope_is_named(urlconf, cast, program):
    answer = program(cast.parallax, "assets:read").get("/api/v1/shots")
    assert answer.status_code == 403
    assert answer.json()["code"] == "client.scope" and answer.json()["scope"] == "productions:read"
    assert 'error="insufficient_scope"' in answer["WWW-Authenticate"]


def test_a_scope_taken_from_a_client_is_gone_from_its_tokens_at_once(urlconf, cast, program):
    api = program(cast.parallax)
    ApiClient.objects.update(allowed_scopes="assets:read")
    assert api.get("/api/v1/shots").status_code == 403


def test_revoking_shuts_out_at_the_very_next_request(urlconf, cast, program):
    api = program(cast.parallax)
    assert api.get("/api/v1/shots").status_code == 200
    began = time.perf_counter()
    clients.revoke(api.registered, by=cast.ines, reason="The contract ended", at=timezone.now())
    assert api.get("/api/v1/shots").status_code == 401
    assert time.perf_counter() - began < 1
    refused = fetch(api.registered, api.secret)
    assert (refused.status_code, refused.json()["error"]) == (401, "invalid_client")
    assert not AccessToken.objects.exists()


def test_a_revoked_client_is_shut_out_even_where_its_token_row_is_left(urlconf, cast, program):
    api = program(cast.parallax)
    ApiClient.objects.update(revoked_at=timezone.now())
    assert AccessToken.objects.exists()
    assert api.get("/api/v1/shots").status_code == 401


def test_a_new_secret_ends_the_old_one_and_its_tokens(urlconf, cast, program):
    api = program(cast.parallax)
    secret = clients.renew_secret(api.registered, by=cast.ines, reason="Seen in a log", at=timezone.now())
    assert api.get("/api/v1/shots").status_code == 401
    assert fetch(api.registered, api.secret).status_code == 401
    assert fetch(api.registered, secret).status_code == 200


def test_a_revoked_client_gets_no_new_secret(cast, program):
    api = program(cast.parallax)
    clients.revoke(api.registered, by=cast.ines, reason="The contract ended", at=timezone.now())
    with pytest.raises(Conflict, match="client.revoked"):
        clients.renew_secret(api.registered, by=cast.ines, reason="Try again", at=timezone.now())


def test_last_use_is_noted_once_a_minute(urlconf, cast, program, django_assert_num_queries):
    api = program(cast.parallax)
    api.get("/api/v1/shots")
    first = ApiClient.objects.get().last_used_at
    assert timezone.now() - first < timedelta(seconds=5)
    with django_assert_num_queries(1):
        api.get("/api/v1/shots")
    assert ApiClient.objects.get().last_used_at == first
    ApiClient.objects.update(last_used_at=first - timedelta(seconds=61))
    api.get("/api/v1/shots")
    assert ApiClient.objects.get().last_used_at > first - timedelta(seconds=61)


def test_the_journal_tells_of_clients_and_never_their_secrets(cast, parallax):
    client, secret = parallax
    clients.renew_secret(client, by=cast.ines, reason="Yearly", at=timezone.now())
    clients.revoke(client, by=cast.ines, reason="The contract ended", at=timezone.now())
    clients.revoke(client, by=cast.ines, reason="Again", at=timezone.now())
    told = list(Event.objects.filter(chain=f"client:{client.pk}").values_list("tag", "reason"))
    assert told == [
        ("client:registered", "Vendor of Harbor"), ("client:secret_renewed", "Yearly"),
        ("client:revoked", "The contract ended"),
    ]  # fmt: skip
    assert not Event.objects.filter(body__contains=secret).exists()


def test_a_scope_nobody_knows_is_refused_and_no_client_made(cast):
    with pytest.raises(Invalid, match="client.unknown_scope"):
        clients.register(name="x", organisation=cast.umbra, scopes=["root"], by=None, reason="", at=timezone.now())
    assert not ApiClient.objects.exists()


def test_tokens_are_fetched_no_more_often_than_allowed(parallax, settings):
    settings.RATES = settings.RATES | {"token": 2}
    assert [fetch(*parallax).status_code for _ in range(2)] == [200, 200]
    refused = fetch(*parallax)
    assert refused.status_code == 429 and 0 < int(refused["Retry-After"]) <= 61
    assert refused.json()["code"] == "client.too_many_requests"
    assert AccessToken.objects.count() == 2
