from consent.admin import clearances, files, imports, links, productions, records, riders, words  # noqa: F401
