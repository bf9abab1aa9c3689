from consent.admin import files  # noqa: F401
