from consent.admin import clearances, files, links, productions, records, words  # noqa: F401
