"""People of vendors, who sign in to the vendor's own page, and what they sent."""

from django.test import Client

from registry.models import Membership, Organisation, User
from tests.desk import at_the_desk


def deliverer(name: str, family: str, *vendors: Organisation) -> User:
    user = User.objects.create_user(name, first_name=name.title(), last_name=family)
    for vendor in vendors:
        Membership.objects.create(user=user, organisation=vendor, role=Membership.Role.VENDOR)
    return user


def signed_in(user: User) -> Client:
    """A browser of somebody who has just shown who they are."""
    return at_the_desk(user)


def page(client: Client, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status, (address, answer.status_code)
    return answer.content.decode()
