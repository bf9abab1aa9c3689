"""What was done: the room of provenance as a Django app."""

from django.apps import AppConfig


class ProvenanceConfig(AppConfig):
    name = "provenance"
    verbose_name = "Provenance"

    def ready(self) -> None:
        # Models are known only from here on.
        from provenance import key_states
        from registry import heartbeats

        heartbeats.TELLS["key"] = key_states.told
