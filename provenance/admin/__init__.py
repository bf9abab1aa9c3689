from provenance.admin import assets  # noqa: F401
