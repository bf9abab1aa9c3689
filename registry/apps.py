"""The hall as a Django app: loads the queue and the checks once all models are there."""

from django.apps import AppConfig


class RegistryConfig(AppConfig):
    name = "registry"
    verbose_name = "Registry"

    def ready(self) -> None:
        from registry import celery, checks  # noqa: F401
        from registry.api import schema  # noqa: F401
