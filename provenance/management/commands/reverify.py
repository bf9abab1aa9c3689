"""`manage.py reverify --to FILE | --against FILE`: read every released file again, before a new engine is switched on."""

import json
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from provenance import reverification


class Command(BaseCommand):
    help = "Write down what this engine concludes of every released file, or tell what it concludes otherwise. Changes nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        deed = parser.add_mutually_exclusive_group(required=True)
        deed.add_argument("--to", type=Path, metavar="FILE", help="write a line of JSON for each credential")
        deed.add_argument("--against", type=Path, metavar="FILE", help="tell what differs from it; exit code 1 if anything does")
        parser.add_argument("--most", type=int, metavar="N", help="only so many credentials, the oldest first")

    def handle(self, *, to: Path | None, against: Path | None, most: int | None, **options) -> None:
        now = reverification.readings(at=timezone.now(), most=most)
        if to is not None:
            with to.open("w") as file:
                count = sum(bool(file.write(json.dumps(one, ensure_ascii=False) + "\n")) for one in now)
            self.stdout.write(f"{count} read.")
            return
        with against.open() as file:
            before = [json.loads(line) for line in file]
        found = 0
        for one in reverification.differences(before, now):
            found += 1
            for name, (then, today) in one.states.items():
                self.stdout.write(f"{one.credential}: {name} {then} → {today}")
            for mark, codes in (("+", one.came), ("-", one.went)):
                for code in codes:
                    self.stdout.write(f"{one.credential}: {mark} {code}")
        if found:
            raise CommandError(f"{found} of {len(before)} read otherwise.")
        self.stdout.write(f"None of {len(before)} reads otherwise.")
