"""The topology of docker/compose.yml as processes: two webs, two workers and one beat, told apart by variables alone."""

import json
import subprocess
import sys
import time
from pathlib import Path
from secrets import token_urlsafe
from typing import Any

import requests
import yaml

from registry.household import Child, stop
from tests.environment import PRODUCTION
from tests.large import servers

ROOT = Path(__file__).resolve().parents[2]
HOST = "registry.example"
# What the proxy adds; the house speaks to nobody else.
THROUGH_PROXY = {"Host": HOST, "X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.7"}
PYTHON = [sys.executable, "-m"]
COMPOSE = yaml.safe_load((ROOT / "docker" / "compose.yml").read_text())["services"]
# What only a broken house takes; on a machine that others use, an open one takes minutes.
OPENS_WITHIN = SETTLES_WITHIN = 240


class House:
    def __init__(self, folder: Path, *, database: str, broker: str, cache: str, storage: str, trust: Any, stamps: Any,
                 person_keys: str = ""):  # fmt: skip
        self.folder, self.children = folder, {}
        # Where they stand nobody may write in a container; here, nothing may be found afterwards.
        self.nothing = folder / "working-directory"
        self.nothing.mkdir()
        self.ports = [servers.free_port() for _ in range(2)]
        time_roots = folder / "time-roots.pem"
        time_roots.write_text(stamps.root_pem)
        kept = {}
        # As in compose.yml: what is secret comes in files.
        for name, value in {
            "SECRET_KEY": token_urlsafe(64), "PERSON_KEYS": person_keys or token_urlsafe(64), "DATABASE_URL": database,
            "BROKER_URL": broker, "CACHE_URL": cache, "STORAGE_URL": storage,
            "RECEIPT_KEY": (ROOT / PRODUCTION["RECEIPT_KEY_FILE"]).read_text(),
        }.items():  # fmt: skip
            (folder / name.lower()).write_text(value + "\n")
            kept[f"{name}_FILE"] = str(folder / name.lower())
        given = {name: value for name, value in PRODUCTION.items() if f"{name}_FILE" not in kept}
        self.environment = {
            "PATH": "/usr/local/bin:/usr/bin:/bin", "PYTHONUNBUFFERED": "1", **given, **kept,
            "SITE_URL": f"https://{HOST}", "ALLOWED_HOSTS": HOST, "TRUST_ANCHORS": str(trust.roots),
            "TIMESTAMP_URL": stamps.url, "TIMESTAMP_ANCHORS": str(time_roots), "DATA_DIR": str(folder / "no-such-folder"),
            "LEASE_SECONDS": "5", "WORKER_CHILDREN": "1", "WEB_WORKERS": "1", "RATE_TOKEN": "0",
        }  # fmt: skip

    def kept(self, name: str) -> str:
        """A secret, from its file."""
        return (self.folder / name.lower()).read_text().strip()

    def manage(self, *command: str) -> str:
        done = subprocess.run(
            [sys.executable, "manage.py", *command], cwd=ROOT, env=self.environment | {"SCRATCH_DIR": str(self.folder)},
            capture_output=True, text=True, timeout=OPENS_WITHIN,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def __enter__(self) -> "House":
        self.acts = Acts(self.environment)
        return self

    def __exit__(self, *_: object) -> None:
        # Nothing here is worth a slow goodbye; that a stop is orderly is tested where the house is opened by one command.
        stop(list(self.children.values()), within=0)
        self.acts.close()

    def open(self) -> None:
        for number, port in enumerate(self.ports, 1):
            self.start(f"web-{number}", COMPOSE["web"]["command"], PORT=str(port))
        for number in (1, 2):
            # Two on one machine need names of their own; in containers the machine's name tells them apart.
            self.start(f"worker-{number}", [*COMPOSE["worker"]["command"], "--hostname", f"worker-{number}@%h"])
        self.start("beat", COMPOSE["beat"]["command"])
        for number in (1, 2):
            self._until(lambda n=number: " ready." in self.log(f"worker-{n}"), f"worker-{number} does not open")
        for web in (1, 2):
            self._until(lambda n=web: self.ready(n), f"web-{web} is not ready")

    def start(self, name: str, command: list[str], **variables: str) -> None:
        scratch = self.folder / name
        scratch.mkdir(exist_ok=True)
        elsewhere = ["env", f"--chdir={self.nothing}", *PYTHON]
        own = {"SCRATCH_DIR": str(scratch), "TMPDIR": str(scratch), "PYTHONPATH": str(ROOT)}
        child = Child(name, [*elsewhere, *command], self.environment | variables | own, self.folder / f"{name}.log")
        child.start()
        self.children[name] = child

    def kill(self, name: str) -> None:
        """As a machine that loses its power: the process and all of its children, at once."""
        self.children[name].clear()

    def log(self, name: str) -> str:
        path = self.folder / f"{name}.log"
        return path.read_text(errors="replace") if path.exists() else ""

    def healthy(self, web: int) -> bool:
        """As the image asks."""
        environment = self.environment | {"PORT": str(self.ports[web - 1])}
        return subprocess.run([sys.executable, "docker/healthy.py"], cwd=ROOT, env=environment).returncode == 0

    def ready(self, web: int) -> dict[str, Any] | None:
        try:
            answer = self.get(web, "/health/ready")
        except requests.ConnectionError:
            return None
        return answer.json() if answer.status_code == 200 else None

    def get(self, web: int, path: str, **headers: str) -> requests.Response:
        return requests.get(f"http://127.0.0.1:{self.ports[web - 1]}{path}", headers=THROUGH_PROXY | headers, timeout=120)

    def post(self, web: int, path: str, *, headers: dict[str, str] | None = None, **sent: Any) -> requests.Response:
        address = f"http://127.0.0.1:{self.ports[web - 1]}{path}"
        return requests.post(address, headers=THROUGH_PROXY | (headers or {}), timeout=30, **sent)

    def _until(self, true: Any, otherwise: str) -> None:
        if not waited_for(true, OPENS_WITHIN):
            raise AssertionError(f"{otherwise}\n" + "\n".join(f"{n}: {self.log(n)[-1500:]}" for n in self.children))


class Acts:
    """Lawyers and operators, in a process of their own (tests/large/acts.py)."""

    def __init__(self, environment: dict[str, str]):
        self._process = subprocess.Popen(
            [*PYTHON, "tests.large.acts"], cwd=ROOT, env=environment | {"SCRATCH_DIR": "/tmp"}, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )  # fmt: skip

    def __call__(self, name: str, **told: Any) -> Any:
        self._process.stdin.write(json.dumps([name, told]) + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        assert answer, f"{name} failed; see the captured output"
        return json.loads(answer)

    def close(self) -> None:
        self._process.stdin.close()
        self._process.wait(timeout=OPENS_WITHIN)


class Program:
    """Parallax's pipeline: a token from one web, and requests to either."""

    def __init__(self, house: House, known: dict[str, Any]):
        self.house, self.known = house, known
        asked = {"grant_type": "client_credentials", "client_id": known["client_id"],
                 "client_secret": known["client_secret"]}  # fmt: skip
        answer = house.post(1, "/api/v1/oauth/token", data=asked)
        assert answer.status_code == 200, answer.text
        self.token = {"Authorization": f"Bearer {answer.json()['access_token']}"}

    def send(self, web: int, name: str, content: bytes, declaration: Any, **parts: bytes) -> requests.Response:
        files = {part: (f"{part}.jpg", data) for part, data in parts.items()} | {"file": (name, content)}
        declared = {"declaration": json.dumps(declaration)}
        return self.house.post(web, "/api/v1/assets", headers=self.token, files=files, data=declared)

    def asset(self, web: int, asset: str) -> dict[str, Any]:
        answer = self.house.get(web, f"/api/v1/assets/{asset}", **self.token)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def until_settled(self, web: int, asset: str, *, within: float = SETTLES_WITHIN) -> dict[str, Any]:
        told: dict[str, Any] = {}

        def settled() -> bool:
            told.update(self.asset(web, asset))
            return told["state"] not in ("received", "signing")

        waited_for(settled, within)
        return told

    def content(self, web: int, asset: str) -> bytes:
        answer = self.house.get(web, f"/api/v1/assets/{asset}/content", **self.token)
        assert answer.status_code == 200, answer.text
        return answer.content


def verified(house: House, web: int, content: bytes) -> dict[str, Any]:
    answer = house.post(web, "/api/v1/verifications", files={"file": ("signed.jpg", content)})
    assert answer.status_code == 200, answer.text
    return answer.json()


def waited_for(true: Any, seconds: float) -> Any:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if found := true():
            return found
        time.sleep(0.1)
    return None
