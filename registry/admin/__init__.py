from registry.admin import members, organisations, people, programs, record  # noqa: F401
