"""`manage.py receipt_check FILE…`: whether a receipt, a decision or a certificate was signed here, and what it says.

Without more it is checked by this registry's own keys; `--keys` names a did.json or jwks.json that was fetched before, and
`--did` the registry whose published keys are fetched now. Nothing a paper brings along is ever asked or believed.
"""

import json
from pathlib import Path
from typing import Any
from urllib.parse import unquote
from urllib.request import urlopen

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from consent import certificate, sheets
from consent.models import Decision
from consent.receipts import checking, issuer, status
from consent.receipts.checking import Checked, checked
from consent.receipts.keys import DECISION, NotSignedHere, kind_of
from registry.errors import Invalid, RegistryError

WORDS = {
    "valid": "holds", "not_yet": "has not begun", "expired": "has expired",
    "revoked": "no longer holds: the consent has ended, or a later revision has taken its place",
    "suspended": "does not hold for now: its use is stopped",
}  # fmt: skip
LARGEST = 50 * 1024 * 1024
SECONDS = 10


class Command(BaseCommand):
    help = "Check receipts of consent, signed decisions and clearance certificates. Changes nothing."

    def add_arguments(self, parser):
        parser.add_argument("files", nargs="+", metavar="FILE")
        where = parser.add_mutually_exclusive_group()
        where.add_argument("--keys", metavar="FILE", help="a did.json or jwks.json of the issuer: nothing is fetched")
        where.add_argument("--did", metavar="DID", help="the issuer whose published keys are fetched: did:web:example.org")

    def handle(self, *args, files, keys, did, **options):
        failed = False
        try:
            key_set = _keys(keys, did)
        except (RegistryError, OSError, ValueError, KeyError, TypeError) as unreadable:
            raise CommandError(f"The keys cannot be read: {getattr(unreadable, 'detail', unreadable)}") from unreadable
        for name in files:
            try:
                self.stdout.write(f"{name}: {_checked(Path(name), key_set, elsewhere=bool(keys or did))}")
            except (RegistryError, OSError, UnicodeDecodeError) as refused:
                failed = True
                self.stderr.write(f"{name}: {getattr(refused, 'detail', refused)}")
        if failed:
            raise CommandError("Not every file is a paper that was signed here and says what it said then.")


def _keys(path: str | None, did: str | None) -> dict[str, Any]:
    if path:
        return checking.keys_in(json.loads(Path(path).read_text()))
    if did:
        with urlopen(_published(did), timeout=SECONDS) as answer:
            return checking.keys_in(json.load(answer))
    return issuer.key_set()


def _published(did: str) -> str:
    """Where a did:web publishes its keys (W3C did:web, section 2.5.2): by HTTPS, but for a machine's own address."""
    method, _, host = did.rpartition(":")
    if method != "did:web" or not host or "/" in unquote(host):
        raise Invalid("key.did", "Give the issuer as did:web: and its host.")
    host = unquote(host)
    return f"{'http' if host.partition(':')[0] in ('localhost', '127.0.0.1') else 'https'}://{host}/.well-known/did.json"


def _checked(path: Path, key_set: dict[str, Any], *, elsewhere: bool) -> str:
    with path.open("rb") as file:
        content = file.read(LARGEST)
    if content.startswith(b"%PDF-"):
        inside = sheets.carried(content, certificate.SIGNED)
        if inside is None:
            raise NotSignedHere("the PDF carries no signed decision")
        content = inside
    token, at = content.decode(), timezone.now()
    if kind_of(token) == DECISION:
        return _of_decision(checking.decision(token, key_set=key_set), elsewhere)
    return _of_receipt(checked(
        token, key_set=key_set, at=at, status_list=lambda address: status.served(address.rpartition("/")[2], at=at).body
    ))  # fmt: skip


def _of_receipt(found: Checked) -> str:
    said = found.document["credentialSubject"]
    lines = [f"signed by {found.document['issuer']['name']}; it {WORDS[found.state]}.", *said["summary"]]
    return "\n  ".join(lines)


def _of_decision(found: dict[str, Any], elsewhere: bool) -> str:
    outcome = Decision.Outcome(found["outcome"]).label
    lines = [
        f"signed by {found['issuer']} ({found['iss']}) on {found['signed_at']}.",
        f"Decision {found['id']} about {found['production']}: {outcome}, as of {found['as_of']}.",
        f"SHA-256 of the answer: {found['hash']}",
    ]
    if not elsewhere:
        kept = Decision.objects.filter(public_id=found["id"], decision_hash=found["hash"]).exists()
        lines.append("It is the decision this registry keeps." if kept else "This registry keeps no such decision.")
    return "\n  ".join(lines)
