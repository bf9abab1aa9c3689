"""May it be done? The room of consent as a Django app."""

from django.apps import AppConfig


class ConsentConfig(AppConfig):
    name = "consent"
    verbose_name = "Consent"

    def ready(self) -> None:
        # Models are known only from here on.
        from consent import references, sandboxes
        from registry import clients, productions

        productions.REFERS["consent"] = references.to_unit
        clients.OPENS_SANDBOX["consent"] = sandboxes.opened
