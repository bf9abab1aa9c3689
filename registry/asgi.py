"""The web's entrance for an ASGI server. An unsafe production installation does not open."""

from registry import environment

environment.name_settings()

from django.core.asgi import get_asgi_application  # noqa: E402

application = get_asgi_application()

from registry.checks import refuse_when_unsafe  # noqa: E402

refuse_when_unsafe()
