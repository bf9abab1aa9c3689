"""`manage.py receipt_check FILE…`: whether a receipt was signed here, what it says, and whether it holds now."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from consent.receipts import issuer, status
from consent.receipts.checking import Checked, checked
from registry.errors import RegistryError

WORDS = {
    "valid": "holds", "not_yet": "has not begun", "expired": "has expired",
    "revoked": "no longer holds: the consent has ended, or a later revision has taken its place",
    "suspended": "does not hold for now: its use is stopped",
}  # fmt: skip


class Command(BaseCommand):
    help = "Check receipts of consent. Changes nothing."

    def add_arguments(self, parser):
        parser.add_argument("files", nargs="+", metavar="FILE")

    def handle(self, *args, files, **options):
        failed = False
        for name in files:
            try:
                self.stdout.write(f"{name}: {_in_words(_checked(Path(name)))}")
            except (RegistryError, OSError, UnicodeDecodeError) as refused:
                failed = True
                self.stderr.write(f"{name}: {getattr(refused, 'detail', refused)}")
        if failed:
            raise CommandError("Not every file is a receipt of this registry.")


def _checked(path: Path) -> Checked:
    at = timezone.now()
    return checked(
        path.read_text(), key_set=issuer.key_set(), at=at,
        status_list=lambda address: status.served(address.rpartition("/")[2], at=at).body,
    )  # fmt: skip


def _in_words(found: Checked) -> str:
    said = found.document["credentialSubject"]
    lines = [f"signed by {found.document['issuer']['name']}; it {WORDS[found.state]}.", *said["summary"]]
    return "\n  ".join(lines)
