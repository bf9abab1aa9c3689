"""`manage.py rewrap`: after a change of PERSON_KEYS, wrap what may be changed under the new value, and say what is left."""

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from registry import rewrapping


class Command(BaseCommand):
    help = "Wrap every person's key under the present PERSON_KEYS; the former ones stand in PERSON_KEYS_FALLBACKS."

    def handle(self, **options) -> None:
        found = rewrapping.rewrap(at=timezone.now())
        for what, many in sorted(found.items()):
            self.stdout.write(f"{what}: {many}")
        if lost := [what for what in found if what.endswith(" lost")]:
            raise CommandError(f"{', '.join(lost)}: neither PERSON_KEYS nor a former value opens them; they are unchanged.")
        kept = any(what.endswith(" kept") for what in found)
        self.stdout.write(
            "What is kept is a record that is never changed: leave the former values in PERSON_KEYS_FALLBACKS."
            if kept else "Nothing needs a former value any more."
        )  # fmt: skip
