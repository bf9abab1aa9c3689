from registry.models.answers import KeptAnswer
from registry.models.journal import Event, Heartbeat
from registry.models.people import Authority, Person
from registry.models.productions import CollectiveAgreement, Production, Unit
from registry.models.users import ApiClient, Membership, Organisation, User

__all__ = [
    "ApiClient",
    "Authority",
    "CollectiveAgreement",
    "Event",
    "Heartbeat",
    "KeptAnswer",
    "Membership",
    "Organisation",
    "Person",
    "Production",
    "Unit",
    "User",
]
