"""The web with little patience: it waits two seconds for a database that is held, so that a test need not wait twenty."""

from registry import addresses

PATIENCE = 2
# Before the settings are read, which happens with the next import.
addresses.SQLITE["timeout"] = PATIENCE

from registry.wsgi import application  # noqa: E402, F401
