"""`manage.py verify FILE… [--json | --crjson] [--sidecar FILE]`: the same report as the page, for operators."""

import json
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from provenance import verification
from provenance.conclusion import STATES
from provenance.report import DISCLAIMER, Report
from registry.errors import RegistryError


class Command(BaseCommand):
    help = "Check files for Content Credentials and for what this registry knows of them. Changes nothing."

    def add_arguments(self, parser):
        parser.add_argument("files", nargs="+", metavar="FILE")
        form = parser.add_mutually_exclusive_group()
        form.add_argument("--json", action="store_true", help="one JSON document a line, in the published order")
        form.add_argument("--crjson", action="store_true", help="the C2PA JSON form, one document a line")
        parser.add_argument("--sidecar", help="the credentials of a single FILE, kept apart (.c2pa)")

    def handle(self, *args, files, sidecar, **options):
        if sidecar and len(files) > 1:
            raise CommandError("--sidecar belongs to one file; name one.")
        failed = False
        for name in files:
            try:
                self.stdout.write(self._answer(Path(name), sidecar, options))
            except (RegistryError, OSError) as refused:
                failed = True
                self.stderr.write(f"{name}: {getattr(refused, 'detail', refused)}")
        if failed:
            raise CommandError("Not every file could be read.")

    def _answer(self, path, sidecar, options) -> str:
        if options["crjson"]:
            return json.dumps(verification.crjson(path=path, sidecar=sidecar), ensure_ascii=False)
        report = verification.verify(path=path, name=path.name, at=timezone.now(), sidecar=sidecar)
        return json.dumps(report.as_dict(), ensure_ascii=False) if options["json"] else _in_words(report)


def _in_words(report: Report) -> str:
    lines = [report.file, f"  {report.sentence}"]
    for name in STATES:
        conclusion = getattr(report, name)
        lines.append(f"  {name.replace('_', '-'):<12} {conclusion.state:<20} {conclusion.text}")
    return "\n".join([*lines, f"  {DISCLAIMER}"])
