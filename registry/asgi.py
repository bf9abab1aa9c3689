"""The web's entrance for an ASGI server. An unsafe production installation does not open."""

from registry import environment

environment.name_settings(visitors=True)

from django.core.asgi import get_asgi_application  # noqa: E402

application = get_asgi_application()

from django.utils import timezone  # noqa: E402

from registry import receiving  # noqa: E402
from registry.checks import refuse_when_unsafe  # noqa: E402

refuse_when_unsafe()
receiving.clear_scratch(at=timezone.now())
