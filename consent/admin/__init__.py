from consent.admin import clearances, files, productions  # noqa: F401
