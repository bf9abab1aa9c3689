from consent.admin import clearances, files, imports, links, productions, records, words  # noqa: F401
