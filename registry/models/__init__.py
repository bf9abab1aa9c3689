from registry.models.answers import KeptAnswer
from registry.models.journal import Event, Heartbeat
from registry.models.people import Authority, Person
from registry.models.productions import CollectiveAgreement, Production, Unit
from registry.models.users import ApiClient, Membership, Organisation, User
from registry.models.webhooks import Courier, WebhookAttempt, WebhookDelivery, WebhookEndpoint, WebhookMessage

__all__ = [
    "ApiClient",
    "Authority",
    "CollectiveAgreement",
    "Courier",
    "Event",
    "Heartbeat",
    "KeptAnswer",
    "Membership",
    "Organisation",
    "Person",
    "Production",
    "Unit",
    "User",
    "WebhookAttempt",
    "WebhookDelivery",
    "WebhookEndpoint",
    "WebhookMessage",
]
