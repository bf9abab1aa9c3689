"""`manage.py sandbox_studio org_…`: open an organisation's sandbox ahead of its first program, and tell who is in it."""

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from consent import sandboxes
from registry.models import Organisation, Production


class Command(BaseCommand):
    help = "Open the sandbox of an organisation, a studio nobody is behind with people who do not exist; where it is open, tell."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("organisation", help="whose programs are to try things out, as in org_…")

    def handle(self, *, organisation: str, **options) -> None:
        vendor = Organisation.objects.filter(public_id=organisation, sandbox_of=None).first()
        if vendor is None:
            raise CommandError(f"There is no organisation {organisation} that programs act for.")
        studio = sandboxes.opened(vendor, timezone.now())
        production = Production.objects.get(studio=studio)
        self.stdout.write(f"{production.public_id}  {production.title} of {vendor}")
        people = sandboxes.cast(studio)
        for one in sandboxes.PEOPLE:
            self.stdout.write(f"{people[one.alias].public_id}  {one.alias}: {one.about}")
