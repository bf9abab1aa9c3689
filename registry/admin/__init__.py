from registry.admin import people, record  # noqa: F401
