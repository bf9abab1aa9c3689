"""`manage.py samples DIRECTORY --organisation org_…`: the sandbox's samples as files, with an index of the answers to expect."""

import json
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from provenance.samples import handed_out
from registry.errors import RegistryError
from registry.models import Organisation

INDEX = "index.json"


class Command(BaseCommand):
    help = "Write the samples for an organisation's sandbox into a folder, with their index; programs fetch them at the hatch."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("directory", type=Path)
        parser.add_argument("--organisation", required=True, help="whose sandbox they are for, as in org_…")

    def handle(self, *, directory: Path, organisation: str, **options) -> None:
        vendor = Organisation.objects.filter(public_id=organisation).first()
        if vendor is None:
            raise CommandError(f"There is no organisation {organisation}.")
        try:
            index = handed_out.index(vendor, site=settings.SITE_URL)
        except RegistryError as error:
            raise CommandError(error.detail) from error
        directory.mkdir(parents=True, exist_ok=True)
        for name in handed_out.files():
            (directory / name).write_bytes(handed_out.content(name))
        (directory / INDEX).write_text(json.dumps(index, indent=2, ensure_ascii=False) + "\n")
        self.stdout.write(f"{len(index['samples'])} samples and {len(index['clearances'])} questions are in {directory}/{INDEX}.")
