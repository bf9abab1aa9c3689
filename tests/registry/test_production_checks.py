"""What must not be true in production is an error with a hint, and the house stays shut; embedded, none is asked."""

import subprocess
import sys
from pathlib import Path

import pytest
from django.core import checks as django_checks
from django.core.exceptions import ImproperlyConfigured

from registry import checks
from registry.models import Organisation
from tests.environment import PRODUCTION

HOUSE = Path(__file__).resolve().parents[2]
RECEIPT_KEY = (HOUSE / PRODUCTION["RECEIPT_KEY_FILE"]).read_text()


@pytest.fixture
def production(settings, tmp_path):
    """The settings of a safe production installation."""
    roots = tmp_path / "roots.pem"
    roots.write_text("-----BEGIN CERTIFICATE-----\n")
    settings.PRODUCTION, settings.DEBUG = True, False
    settings.SECRET_KEY, settings.PERSON_KEYS = "k" * 64, "p" * 64
    settings.DATABASE_URL, settings.BROKER_URL, settings.CACHE_URL = "postgres://db/x", "amqp://broker", "redis://x"
    settings.GIVEN = frozenset({"STORAGE_URL"})
    settings.TIMESTAMP_URL, settings.TIMESTAMP_ANCHORS, settings.TRUST_ANCHORS = "http://tsa", str(roots), str(roots)
    settings.SITE_URL, settings.ALLOWED_HOSTS = "https://registry.example", ["registry.example"]
    settings.MFA_REQUIRED = True
    settings.RECEIPT_KEY, settings.RECEIPT_KEY_PASSWORD = RECEIPT_KEY, "this-is-only-for-checks"
    return settings


def found():
    return {message.id for message in checks.production_settings()}


def test_a_safe_installation_is_told_nothing(production):
    assert found() == set()
    checks.refuse_when_unsafe()


@pytest.mark.parametrize(("setting", "value", "error"), [
    ("DEBUG", True, "registry.E001"),
    ("SECRET_KEY", "django-insecure-unset", "registry.E002"),
    ("SECRET_KEY", "short", "registry.E002"),
    ("PERSON_KEYS", "", "registry.E003"),
    ("DATABASE_URL", "sqlite:///data/x.sqlite3", "registry.E004"),
    ("BROKER_URL", "filesystem://", "registry.E005"),
    ("CACHE_URL", "file:///var/cache", "registry.E006"),
    ("GIVEN", frozenset(), "registry.E007"),
    ("TIMESTAMP_URL", "", "registry.E008"),
    ("TIMESTAMP_ANCHORS", "", "registry.E008"),
    ("TRUST_ANCHORS", "", "registry.E009"),
    ("TRUST_ANCHORS", "/nowhere/roots.pem", "registry.E009"),
    ("SITE_URL", "http://registry.example", "registry.E010"),
    ("SITE_URL", "https://localhost", "registry.E010"),
    ("ALLOWED_HOSTS", ["*"], "registry.E010"),
    ("MFA_REQUIRED", False, "registry.E011"),
    ("RECEIPT_KEY", "", "registry.E013"),
    ("RECEIPT_KEY", RECEIPT_KEY[:100], "registry.E013"),
    ("RECEIPT_KEY", "-----BEGIN PRIVATE KEY-----", "registry.E013"),
    ("RECEIPT_KEY_PASSWORD", "", "registry.E013"),
    ("RECEIPT_KEY_PASSWORD", "another", "registry.E013"),
])  # fmt: skip
def test_each_unsafe_setting_is_an_error_with_a_hint_and_shuts_the_house(production, setting, value, error):
    setattr(production, setting, value)
    messages = checks.production_settings()
    assert [message.id for message in messages] == [error]
    assert all(message.is_serious() and message.hint.endswith((".", "48")) for message in messages)
    with pytest.raises(ImproperlyConfigured, match=error):
        checks.refuse_when_unsafe()


def test_embedded_nothing_is_asked(settings):
    assert not settings.PRODUCTION and checks.production_settings() == []


@pytest.mark.django_db
def test_a_development_key_is_found_where_the_database_is(production):
    Organisation.objects.create(kind="studio", name="Northlight Pictures", key_reference="dev:org_n")
    Organisation.objects.create(kind="studio", name="Southgate Films", key_reference="file:/run/secrets/southgate.pem")
    [message] = checks.development_keys(None, databases=["default"])
    assert message.id == "registry.E012" and "Northlight" in message.msg and message.hint
    assert checks.development_keys(None) == []
    assert checks.development_keys in django_checks.registry.registry.registered_checks


def manage(*arguments, **changes):
    environment = {"PATH": "/usr/bin:/bin", **PRODUCTION, **changes}
    return subprocess.run([sys.executable, "manage.py", *arguments], cwd=HOUSE, env=environment, capture_output=True,
                          text=True, timeout=300)  # fmt: skip


def test_a_safe_installation_passes_djangos_own_deployment_checks():
    done = manage("check", "--deploy", "--fail-level", "WARNING")
    assert done.returncode == 0, done.stderr


def test_an_unsafe_one_is_told_everything_at_once_and_the_web_does_not_open(tmp_path):
    environment = {"PATH": "/usr/bin:/bin", "COUNTERSIGN_ENV": "production", "DATA_DIR": str(tmp_path)}
    done = subprocess.run([sys.executable, "manage.py", "check"], cwd=HOUSE, env=environment, capture_output=True, text=True)
    assert done.returncode == 1
    for number in (2, 3, 4, 5, 6, 7, 8, 9, 10, 13):
        assert f"registry.E{number:03}" in done.stderr
    for entrance in ("registry.wsgi", "registry.asgi"):
        opened = subprocess.run([sys.executable, "-c", f"import {entrance}"], cwd=HOUSE, env=environment,
                                capture_output=True, text=True)  # fmt: skip
        assert opened.returncode == 1 and "not safe to open" in opened.stderr
    worker = subprocess.run([sys.executable, "-m", "celery", "-A", "registry", "worker", "--pool", "solo"], cwd=HOUSE,
                            env=environment, capture_output=True, text=True, timeout=300)  # fmt: skip
    assert worker.returncode != 0 and "not safe to open" in worker.stderr


@pytest.mark.parametrize(("name", "value"), [
    ("COUNTERSIGN_ENV", "prod"), ("PORT", "http"), ("DEBUG", "perhaps"), ("SECRET_KEY_FILE", "/nowhere"),
    ("DATABASE_URL", "mysql://x/y"), ("STORAGE_URL", "ftp://x"), ("CACHE_URL", "memcached://x"),
])  # fmt: skip
def test_a_variable_that_cannot_be_meant_is_named(name, value, tmp_path):
    environment = {"PATH": "/usr/bin:/bin", "DATA_DIR": str(tmp_path), name: value}
    done = subprocess.run([sys.executable, "manage.py", "check"], cwd=HOUSE, env=environment, capture_output=True, text=True)
    assert done.returncode == 1
    assert name in done.stderr.splitlines()[-1]
