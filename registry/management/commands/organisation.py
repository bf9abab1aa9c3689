"""`manage.py organisation NAME …`: register an organisation, name the key it signs with, open the desk to its operator."""

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from registry import organisations
from registry.errors import RegistryError
from registry.models import Organisation


class Command(BaseCommand):
    help = "Register an organisation, or change the key of one that is there. Only what is given is done."

    def add_arguments(self, parser):
        parser.add_argument("name", metavar="NAME")
        parser.add_argument("--kind", default="studio", help=", ".join(Organisation.Kind.values))
        parser.add_argument("--jurisdiction", default="", help="ISO 3166, as in US-CA")
        parser.add_argument("--key", default="", help="where the worker finds its signing key: file:/run/keys/studio.pem")
        parser.add_argument("--operator", nargs=3, metavar=("USERNAME", "FIRST", "LAST"), help="its first operator")

    def handle(self, *, name, kind, jurisdiction, key, operator, **options):
        at = timezone.now()
        try:
            known = Organisation.objects.filter(name=" ".join(name.split())).first()
            organisation = known or organisations.register(
                name=name, kind=kind, jurisdiction=jurisdiction, at=at
            )
            self.stdout.write(f"{organisation} is {organisation.public_id}.")
            if key:
                organisations.name_key(organisation, key, at=at)
                self.stdout.write(f"It signs with {key}.")
            if operator:
                username, first, last = operator
                password = organisations.open_desk(
                    organisation, username=username, first_name=first, last_name=last, at=at
                )
                self.stdout.write(f"{username} signs in with {password} and chooses another, then makes a second factor.")
        except RegistryError as refused:
            raise CommandError(refused.detail) from refused
