"""What every test finds: files and counters of its own, quick passwords, and on request the cast and programs of theirs."""

from contextlib import closing

import hypothesis
import pytest
from django.conf import settings as django_settings
from django.db import connection
from django.test import override_settings
from django.utils import timezone
from rest_framework.test import APIClient

from provenance import trust
from registry import clients
from tests import cast as world
from tests import databases

# A busy machine makes letters slowly, and a new one has its table of them still to build; that is no fault of a property.
hypothesis.settings.register_profile("house", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.load_profile("house")

# Where houses are opened, browsers are watched and processes are killed; and the one test that is longer than most files.
FIRST = (
    "tests/registry/test_fuzzed",
    "tests/registry/test_start", "tests/journeys/test_demo", "tests/large/", "tests/journeys/test_desk_in_a_browser",
    "tests/journeys/test_a_letter_in_a_browser", "tests/journeys/test_a_report_in_a_browser",
    "tests/journeys/test_check_in_the_browser", "tests/vendor/test_in_a_browser", "tests/faults/",
    "tests/registry/test_on_postgresql", "tests/client/test_a_vendor_delivers",
)  # fmt: skip


def pytest_collection_modifyitems(items):
    """What waits more than it works comes first, so that all else is done meanwhile and nobody waits for it at the end."""
    items.sort(key=lambda item: not item.nodeid.startswith(FIRST))


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings):
    """The tests' own database begins as a copy; what the migrations have yet to do, pytest-django has them do."""
    asked = connection.settings_dict["TEST"]
    if connection.vendor == "postgresql":
        asked["TEMPLATE"] = databases.on_server()
        yield
        return
    asked["NAME"] = databases.IN_MEMORY
    with closing(databases.in_memory()):
        yield


@pytest.fixture(autouse=True, scope="session")
def _quickly():
    """Passwords are digested once, and of the pages' files a client looks only for those that it is asked for."""
    hashers = ["django.contrib.auth.hashers.MD5PasswordHasher", *django_settings.PASSWORD_HASHERS]
    with override_settings(PASSWORD_HASHERS=hashers, WHITENOISE_AUTOREFRESH=True):
        yield


@pytest.fixture(autouse=True)
def _apart(settings, tmp_path, request):
    """No test meets another's files or lists, nor is counted for another's requests."""
    stored = settings.STORAGES["default"]
    if "FileSystemStorage" in stored["BACKEND"]:
        own = stored | {"OPTIONS": stored["OPTIONS"] | {"location": str(tmp_path / "storage")}}
        settings.STORAGES = settings.STORAGES | {"default": own}
    backend = "django.core.cache.backends.locmem.LocMemCache"
    settings.CACHES = {"default": {"BACKEND": backend, "LOCATION": request.node.nodeid}}
    trust.remember({}, seconds=3600)


@pytest.fixture
def cast(db):
    return world.assemble()


@pytest.fixture
def program():
    """`program(organisation, *scopes)` → a client that speaks to the API with a token fetched by its own secret."""

    def signed_in(organisation, *scopes, sandbox=False):
        client, secret = clients.register(
            name=f"pipeline of {organisation.name}", organisation=organisation, scopes=list(scopes) or None, by=None,
            reason="", at=timezone.now(), sandbox=sandbox,
        )  # fmt: skip
        api = APIClient()
        asked = {"grant_type": "client_credentials", "client_id": client.client_id, "client_secret": secret}
        answer = api.post("/api/v1/oauth/token", asked, format="multipart")
        api.credentials(HTTP_AUTHORIZATION=f"Bearer {answer.json()['access_token']}")
        api.registered, api.secret = client, secret
        return api

    return signed_in


@pytest.fixture
def studio(cast):
    """The cast, with a development key for Northlight to sign with."""
    cast.northlight.key_reference = f"dev:{cast.northlight.public_id}"
    cast.northlight.save()
    return cast


@pytest.fixture
def hatch(studio, program):
    """Parallax's program at the hatch."""
    return program(studio.parallax)
