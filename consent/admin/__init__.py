from consent.admin import files, productions  # noqa: F401
