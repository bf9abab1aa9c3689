"""`manage.py audit [--without-files]`: a line for each fault of the record, and exit code 1 if there is one."""

from django.core.management.base import BaseCommand, CommandError

from provenance import audit


class Command(BaseCommand):
    help = "Derive the journal's chains anew and compare every stored file with its hash. Changes nothing."

    def add_arguments(self, parser):
        parser.add_argument("--without-files", action="store_true", help="the records only; reads no stored file")

    def handle(self, *, without_files, **options):
        found = 0
        for fault in audit.faults(files=not without_files):
            found += 1
            self.stdout.write(fault)
        if found:
            raise CommandError(f"{found} faults were found." if found > 1 else "One fault was found.")
        files = "no stored file was read" if without_files else "every stored file is the one that was kept"
        self.stdout.write(f"The journal is unbroken, and {files}.")
