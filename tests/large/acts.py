"""What people do in a large installation during a test: one act a line, asked and answered in JSON, on its own database.

`python -m tests.large.acts` reads `["name", {…}]` and answers with what the act gives.
"""

import hashlib
import json
import sys
from collections import Counter
from pathlib import Path

from registry import environment

environment.name_settings()

import django  # noqa: E402

django.setup()

from django.utils import timezone  # noqa: E402
from rest_framework.test import APIClient  # noqa: E402

from consent import paper  # noqa: E402
from consent.models import Evidence, Grant  # noqa: E402
from provenance.models import Asset, Credential, SigningJob, SigningPlan  # noqa: E402
from registry import clients, journal  # noqa: E402
from registry.models import ApiClient, Organisation, Production, User  # noqa: E402
from tests import cast as people  # noqa: E402
from tests import shots  # noqa: E402
from tests.assets import build  # noqa: E402


def assemble(key: str) -> dict:
    """The cast with its film; Northlight signs with the key file, Parallax has a program, Mira's rider is verified."""
    cast = people.assemble()
    cast.northlight.key_reference = f"file:{key}"
    cast.northlight.save()
    people.verified(cast, at=timezone.now())
    client, secret = clients.register(
        name="Parallax pipeline", organisation=cast.parallax, scopes=None, by=None, reason="", at=timezone.now()
    )
    return {
        "client_id": client.client_id, "client_secret": secret, "declaration": shots.declaration(cast),
        "bare": shots.bare(cast, ""), "production": cast.harbor.public_id,
    }  # fmt: skip


def sign_a_shot(path: str, client_id: str, client_secret: str, declaration: dict, **_) -> str:
    """Through the hatch and a worker, both in this process; the signed file is written to `path`. Gives its hash."""
    hatch = APIClient(HTTP_HOST="registry.example", HTTP_X_FORWARDED_PROTO="https")
    asked = {"grant_type": "client_credentials", "client_id": client_id, "client_secret": client_secret}
    token = hatch.post("/api/v1/oauth/token", asked, format="multipart").json()["access_token"]
    hatch.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
    sent = shots.send(hatch, build.result_jpg(), declaration, plate=build.plate_jpg()).json()
    shots.work()
    content = b"".join(hatch.get(f"/api/v1/assets/{sent['id']}/content").streaming_content)
    Path(path).write_bytes(content)
    return hashlib.sha256(content).hexdigest()


def end_consent() -> None:
    grant, ines = Grant.objects.get(), User.objects.get(username="ines")
    people.endings.end(
        grant, kind="withdrawn", mode="prospective_new_use", received_at=timezone.now(), effective_at=timezone.now(),
        by=ines, at=timezone.now(), reason="Letter of the performer",
    )  # fmt: skip


def withdraw_program(client_id: str) -> None:
    client = ApiClient.objects.get(client_id=client_id)
    clients.revoke(client, by=User.objects.get(username="ines"), reason="The secret was seen in a chat", at=timezone.now())


def let_leases_run_out() -> None:
    """As if the time had passed that is given to a silent time-stamp authority."""
    SigningJob.objects.filter(state=SigningJob.State.SIGNING).update(leased_until=timezone.now())


def counted() -> dict:
    """How the jobs stand, and that nothing was signed twice: credentials, and those of distinct files."""
    credentials = Credential.objects.values_list("asset", "sha256", "development_key", "time_stamped")
    return {
        "states": Counter(SigningJob.objects.values_list("state", flat=True)),
        "attempts": sorted(SigningJob.objects.values_list("attempt", flat=True)),
        "credentials": len(credentials), "files": len({sha256 for _, sha256, _, _ in credentials}),
        "development": any(development for _, _, development, _ in credentials),
        "time_stamped": all(stamped for _, _, _, stamped in credentials),
        "plans": SigningPlan.objects.count(),
    }  # fmt: skip


def kept() -> dict:
    """What an operator looks at after a restore: the journal's faults, the papers that open, and how much there is."""
    return {
        "broken_links": journal.broken_links(), "entries": journal.Event.objects.count(),
        "papers": [hashlib.sha256(paper.read(one)).hexdigest() for one in Evidence.objects.all()],
        "names": kept_names(),
        "studios": Organisation.objects.count(), "assets": Asset.objects.count(),
    }  # fmt: skip


def kept_names() -> list:
    return [one.legal_name for one in Production.objects.get().cast.order_by("pk")]


ACTS = {act.__name__: act for act in (
    assemble, sign_a_shot, let_leases_run_out, end_consent, withdraw_program, counted, kept, kept_names,
)}  # fmt: skip

if __name__ == "__main__":
    for line in sys.stdin:
        name, told = json.loads(line)
        print(json.dumps(ACTS[name](**told)), flush=True)
