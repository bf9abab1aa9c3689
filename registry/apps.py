"""The hall as a Django app: loads the queue and the checks once all models are there."""

from importlib import import_module

from django.apps import AppConfig


class RegistryConfig(AppConfig):
    name = "registry"
    verbose_name = "Registry"

    def ready(self) -> None:
        for module in ("registry.celery", "registry.checks", "registry.api.schema"):
            import_module(module)
