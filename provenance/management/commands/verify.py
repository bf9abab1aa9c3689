"""`manage.py verify FILE|FOLDER… [--json | --crjson] [--sidecar FILE]`: the same report as the page, for operators.

A folder is held against the frame sequence that its credentials are of; what is missing, altered or added is named.
"""

import json
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from provenance import folder_check, verification
from provenance.conclusion import STATES
from provenance.folder_check import FolderReport
from provenance.report import DISCLAIMER, Report
from registry.errors import RegistryError

FOUND = {
    "folder": "the index beside the frames", "record": "the index on record here",
    "frames": "an index made of the frames that are there",
}  # fmt: skip


class Command(BaseCommand):
    help = "Check files for Content Credentials and for what this registry knows of them. Changes nothing."

    def add_arguments(self, parser):
        parser.add_argument("files", nargs="+", metavar="FILE", help="a file, or the folder of a frame sequence")
        form = parser.add_mutually_exclusive_group()
        form.add_argument("--json", action="store_true", help="one JSON document a line, in the published order")
        form.add_argument("--crjson", action="store_true", help="the C2PA JSON form, one document a line")
        parser.add_argument("--sidecar", help="the credentials of a single FILE or FOLDER, kept apart (.c2pa)")

    def handle(self, *args, files, sidecar, **options):
        if sidecar and len(files) > 1:
            raise CommandError("--sidecar belongs to one file; name one.")
        failed = differs = False
        for name in files:
            try:
                if Path(name).is_dir() and not options["crjson"]:
                    told = folder_check.check(Path(name), sidecar=Path(sidecar) if sidecar else None, at=timezone.now())
                    differs |= not told.whole
                    self.stdout.write(_as_json(told) if options["json"] else _folder_in_words(told))
                else:
                    self.stdout.write(self._answer(Path(name), sidecar, options))
            except (RegistryError, OSError) as refused:
                failed = True
                self.stderr.write(f"{name}: {getattr(refused, 'detail', refused)}")
        if failed:
            raise CommandError("Not every file could be read.")
        if differs:
            raise CommandError("Not every folder is the sequence that was signed.")

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


def _folder_in_words(told: FolderReport) -> str:
    lines = [_in_words(told.report), f"  frames       held against {FOUND[told.index_from]}; root {told.root or '–'}"]
    if told.difference is None:
        lines.append(f"  These frames are not those that were signed (root {told.signed_root}); without their index nobody can")
        lines.append("  say which of them differ. Put the signed sequence.json into the folder.")
        return "\n".join(lines)
    lines += [f"  {sentence}" for sentence in told.difference.sentences()] or ["  Every frame is there as it was signed."]
    if told.difference.strange:
        lines.append(f"  Not called like a frame, and passed over: {', '.join(told.difference.strange[:10])}")
    return "\n".join(lines)


def _as_json(told: FolderReport) -> str:
    def spans(some) -> list[dict[str, int]]:
        return [{"first": first, "last": last} for first, last in some]

    found = told.difference
    frames = {
        "whole": told.whole, "index_from": told.index_from, "root": told.root, "signed_root": told.signed_root,
        "missing": spans(found.missing) if found else None, "altered": spans(found.altered) if found else None,
        "extra": spans(found.extra) if found else None, "passed_over": list(found.strange) if found else None,
    }  # fmt: skip
    return json.dumps(told.report.as_dict() | {"frames": frames}, ensure_ascii=False)
