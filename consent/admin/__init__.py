from consent.admin import clearances, files, links, productions, words  # noqa: F401
