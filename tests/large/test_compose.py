"""docker/ says what the code reads: every variable both ways, no secret in the clear, keys with the worker alone."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from django.core.files.storage import storages
from django.core.management import get_commands

from registry import addresses
from tests.environment import PRODUCTION
from tests.large import servers

ROOT = Path(__file__).resolve().parents[2]
DOCKER = ROOT / "docker"
COMPOSE = yaml.safe_load((DOCKER / "compose.yml").read_text())
SERVICES = COMPOSE["services"]
EXAMPLE = (DOCKER / "production.env.example").read_text().splitlines()
OURS = ("prepare", "web", "worker", "courier", "beat")
READERS = {"text", "whole", "share", "truth", "listed", "one_of", "kept_secret"}
# Of an embedded installation only, or never to be changed in production.
NOT_HERE = {"DATA_DIR", "DEBUG", "MFA_REQUIRED"}


def read_by_the_code() -> set[str]:
    """The names given to registry.environment's readers, wherever in the three rooms."""
    names = set()
    for room in ("registry", "consent", "provenance"):
        for path in (ROOT / room).rglob("*.py"):
            for call in ast.walk(ast.parse(path.read_text())):
                if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr in READERS:
                    if ast.unparse(call.func.value) == "environment":
                        names.add(ast.literal_eval(call.args[0]))
    return names


def in_the_example() -> dict[str, str]:
    return dict(re.fullmatch(r"#?([A-Z0-9_]+)=(.*)", line).groups() for line in EXAMPLE if re.match(r"#?[A-Z0-9_]+=", line))


def secret_files() -> dict[str, str]:
    return {name: path for name, path in SERVICES["web"]["environment"].items() if name.endswith("_FILE")}


def test_every_variable_that_is_read_is_explained_and_every_one_explained_is_read():
    explained = set(in_the_example()) | {name.removesuffix("_FILE") for name in secret_files()}
    assert explained == read_by_the_code() - NOT_HERE


def test_each_variable_of_the_example_has_a_sentence_above_it():
    for number, line in enumerate(EXAMPLE):
        if re.match(r"#?[A-Z0-9_]+=", line):
            sentence = EXAMPLE[number - 1]
            assert sentence.startswith("# ") and sentence.endswith(".") and len(sentence) > 25, line
    for name in secret_files():
        assert any(line.startswith(f"# {name}: ") for line in EXAMPLE), name


def test_what_the_example_says_is_the_default_is_the_default():
    shown = {name: value for name, value in in_the_example().items() if f"#{name}={value}" in EXAMPLE}
    image = {
        "BIND", "SCRATCH_DIR", "SANDBOX_KEYS_DIR", "STATIC_ROOT", "C2PA_TRUST_LIST", "C2PA_TRUST_LIST_DATE", "EMAIL_URL",
        "MAIL_FROM",
    }  # fmt: skip
    program = "; ".join([
        "from registry import lines, settings as s, serving as g", "import json",
        "told = {'WEB_WORKERS': g.workers, 'WEB_THREADS': g.threads, 'PORT': s.PORT, 'PROXIES': s.PROXIES,"
        " 'MAX_UPLOAD_BYTES': s.MAX_UPLOAD_BYTES, 'RATE_WINDOW': s.RATES['window'], 'LEASE_SECONDS': s.LEASE_SECONDS,"
        " 'RATE_VERIFICATION': s.RATES['verification'], 'RATE_TOKEN': s.RATES['token'], 'RATE_CONCERN': s.RATES['concern'],"
        " 'RATE_CLIENT': s.RATES['client'], 'RATE_QUESTIONS': s.RATES['questions'],"
        " 'RATE_CLIENT_WINDOW': s.RATES['client_window'], 'RATE_CLIENT_VERIFICATION': s.RATES['client_verification'],"
        " 'QUEUE_MOST_OF_ONE': s.QUEUE_MOST_OF_ONE, 'QUEUE_MOST': s.QUEUE_MOST, 'QUEUE_AT_ONCE': s.QUEUE_AT_ONCE,"
        " 'QUEUE_OLDEST_SECONDS': s.QUEUE_OLDEST_SECONDS,"
        " 'WORKER_CHILDREN': s.WORKER_CHILDREN, 'CONFIRM_MINUTES': s.CONFIRM_MINUTES,"
        " 'EXTENT_TOLERANCE': float(s.EXTENT_TOLERANCE), 'LIKENESS_BITS': s.LIKENESS_BITS,"
        " 'MEASURING_SECONDS': s.MEASURING_SECONDS, 'MAX_RESUMABLE_BYTES': s.MAX_RESUMABLE_BYTES, 'UPLOADS_DIR': s.UPLOADS_DIR,"
        " 'UPLOAD_HOURS': s.UPLOAD_HOURS, 'UPLOADS_OPEN': s.UPLOADS_OPEN, 'UPLOADS_OPEN_BYTES': s.UPLOADS_OPEN_BYTES,"
        " 'SLOW_LINE_SECONDS': lines.SILENCE,"
        " 'OUTBOUND_ALLOWED_HOSTS': ','.join(s.OUTBOUND_ALLOWED_HOSTS)}", "print(json.dumps(told))",
    ])  # fmt: skip
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, env={"PATH": "/usr/bin:/bin", **PRODUCTION},
                          capture_output=True, text=True, check=True)  # fmt: skip
    told = yaml.safe_load(done.stdout)
    assert {name: str(value) for name, value in told.items()} == {n: v for n, v in shown.items() if n not in image}


def test_no_secret_stands_in_the_clear():
    for name in in_the_example():
        assert f"{name}_FILE" not in secret_files()
    for name, service in SERVICES.items():
        for variable, value in service.get("environment", {}).items():
            assert variable.endswith("_FILE") or variable in ("POSTGRES_USER", "POSTGRES_DB"), f"{name}: {variable}"
            assert not variable.endswith("_FILE") or value.startswith("/run/secrets/"), f"{name}: {variable}"
        mounted = {path.rpartition("/")[2] for path in service.get("environment", {}).values() if "/run/secrets" in path}
        assert mounted <= set(service.get("secrets", ())) <= set(COMPOSE["secrets"]), name
    ignored = (ROOT / ".gitignore").read_text().split()
    assert {"docker/secrets/", "docker/keys/", "docker/production.env"} <= set(ignored)


def test_the_keys_are_the_workers_alone_and_who_speaks_to_strangers_has_none():
    with_keys = {name for name in SERVICES if any("keys" in str(one) for one in SERVICES[name].get("volumes", ()))}
    assert with_keys == {"worker"}
    outside = {name for name in SERVICES if "outside" in SERVICES[name]["networks"]}
    assert outside == {"worker", "courier", "proxy"}
    queues = {name: SERVICES[name]["command"][5].split(",") for name in ("worker", "courier")}
    assert queues == {"worker": ["work", "pulse"], "courier": ["deliveries"]}
    assert {name for name in SERVICES if SERVICES[name].get("ports")} == {"proxy"}
    assert all(COMPOSE["networks"][name]["internal"] for name in ("front", "back"))


def test_there_are_two_of_each_and_none_may_write_where_it_stands():
    assert [SERVICES[name]["deploy"]["replicas"] for name in ("web", "worker")] == [2, 2]
    for name in OURS:
        service = SERVICES[name]
        assert service["read_only"] and service["cap_drop"] == ["ALL"], name
        assert "/scratch" in service["volumes"], name
    image = (DOCKER / "Dockerfile").read_text()
    assert "USER 10001:10001" in image and "HEALTHCHECK" in image and "--require-hashes" in image
    assert "/house" not in re.findall(r"chown.*", image)


def test_the_image_is_pinned_to_what_is_tested():
    def pins(path: str) -> dict[str, str]:
        return dict(re.findall(r"^([a-z0-9-]+)(?:\[.*\])?==([^ ]+)", (ROOT / path).read_text(), re.MULTILINE))

    runtime, tested, shipped = pins("requirements.txt"), pins("tests/requirements.txt"), pins("docker/requirements.txt")
    assert {"psycopg", "redis", "django-storages"} <= set(shipped)
    assert shipped.items() >= runtime.items()
    assert {name: tested[name] for name in shipped if name in tested} == {n: v for n, v in shipped.items() if n in tested}


def test_the_pages_files_are_collected_as_the_image_does(tmp_path):
    environment = {"PATH": "/usr/bin:/bin", "COUNTERSIGN_ENV": "production", "STATIC_ROOT": str(tmp_path / "static")}
    command = [sys.executable, "manage.py", "collectstatic", "--no-input", "--verbosity", "0"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "static" / "staticfiles.json").exists()


@pytest.fixture
def secrets(tmp_path):
    """The files that make_secrets.sh makes, and the variables by which compose.yml names them."""
    folder = tmp_path / "secrets"
    for _ in range(2):
        told = subprocess.run([DOCKER / "make_secrets.sh", folder], check=True, capture_output=True, text=True).stdout
    assert "Still missing" in told
    return folder, {name: path.replace("/run/secrets", str(folder)) for name, path in secret_files().items()}


def test_the_secrets_that_are_made_open_the_house(secrets, tmp_path):
    folder, variables = secrets
    assert (folder.stat().st_mode & 0o777, (folder / "person_keys").stat().st_mode & 0o777) == (0o700, 0o444)
    made = {path.name for path in folder.iterdir()} - {"s3_secret"}
    assert made == {name for name in COMPOSE["secrets"] if not name.startswith("tls_")}
    values = in_the_example() | {"TIMESTAMP_URL": "https://time.example/stamp"}
    roots = {name: PRODUCTION[name] for name in ("TRUST_ANCHORS", "TIMESTAMP_ANCHORS")}
    given = {name: value for name, value in values.items() if f"#{name}={value}" not in EXAMPLE}
    command = [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"]
    done = subprocess.run(command, cwd=ROOT, env={"PATH": "/usr/bin:/bin", **given, **roots, **variables},
                          capture_output=True, text=True)  # fmt: skip
    assert done.returncode == 0, done.stderr


def test_the_passwords_are_the_same_on_both_sides(secrets):
    folder, _ = secrets
    said = {path.name: path.read_text().strip() for path in folder.iterdir()}
    assert addresses.database(said["database_url"], patience=20)["PASSWORD"] == said["postgres_password"]
    assert f":{said['redis_password']}@redis" in said["broker_url"] and said["broker_url"] != said["cache_url"]
    [identity] = yaml.safe_load(said["s3_identities"])["identities"]
    options = addresses.storage(said["storage_url"])["OPTIONS"]
    [pair] = identity["credentials"]
    assert (options["access_key"], options["secret_key"]) == (pair["accessKey"], pair["secretKey"])


def test_a_bucket_is_made_once(settings):
    where = servers.bucket().replace("@countersign-", "@another-")
    environment = {"PATH": "/usr/bin:/bin", **PRODUCTION, "STORAGE_URL": where}
    for said in ("Made the bucket another-", ""):
        done = subprocess.run([sys.executable, "docker/make_bucket.py"], cwd=ROOT, env=environment, capture_output=True,
                              text=True)  # fmt: skip
        assert done.returncode == 0, done.stderr
        assert done.stdout.startswith(said) and bool(done.stdout) == bool(said)
    settings.STORAGES = settings.STORAGES | {"default": addresses.storage(where)}
    assert not storages["default"].exists("anything")


def test_what_the_operators_page_names_is_there():
    page = (ROOT / "docs" / "operations.md").read_text()
    commands = set(re.findall(r"manage\.py ([a-z_]+)", page))
    assert {"organisation", "audit"} <= commands <= set(get_commands())
    named = set(re.findall(r"`([A-Z][A-Z0-9_]{4,})`", page))
    assert named <= read_by_the_code()
    for path in re.findall(r"`?(docker/[a-z_./]+[a-z])`?", page):
        made_by_hand = path.startswith(("docker/secrets", "docker/keys", "docker/trust")) or path == "docker/production.env"
        assert made_by_hand or (ROOT / path).exists(), path
