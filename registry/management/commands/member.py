"""`manage.py member USERNAME …`: help a member to whom no operator can: an only operator, or a member of two organisations."""

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from registry import members
from registry.errors import RegistryError
from registry.models import Membership


class Command(BaseCommand):
    help = "Give a member a new first password, or take a lost second factor away. It is for operators at the desk otherwise."

    def add_arguments(self, parser):
        parser.add_argument("username", metavar="USERNAME")
        parser.add_argument("--password", action="store_true", help="give a new first password; it is printed once")
        parser.add_argument("--second-factor", action="store_true", help="take the second factor away")
        parser.add_argument("--reason", required=True, help="kept on the record")

    def handle(self, *, username, password, second_factor, reason, **options):
        membership = Membership.objects.filter(user__username=username).order_by("pk").first()
        if membership is None:
            raise CommandError(f"There is no member {username}.")
        told = {"by": None, "at": timezone.now(), "reason": reason}
        try:
            if second_factor:
                members.take_second_factor(membership, **told)
                self.stdout.write(f"{username} sets up another second factor.")
            if password:
                given = members.give_password(membership, **told)
                self.stdout.write(f"{username} signs in with {given} and chooses another.")
        except RegistryError as refused:
            raise CommandError(refused.detail) from refused
