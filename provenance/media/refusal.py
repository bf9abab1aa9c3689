"""The refusal of a file for what is in it: a stable code and a sentence that says what was found and what to do."""

from registry.errors import Invalid


class MediaRefused(Invalid):
    """Codes: media.empty .truncated .malformed .type_mismatch .too_many_parts .too_deep .too_large_picture
    .trailing_data .active_content .credentials_elsewhere .credentials_unreadable .too_slow .crashed .unreadable .mismatch
    .unmeasurable .too_long."""
