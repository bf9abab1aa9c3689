from registry.admin import record  # noqa: F401
