"""Uploads that may be resumed: begun, continued where they stopped, ended, and quoted once they are complete.

An upload is nobody's record: it is a file on its way, kept for a few days after its last byte. `beginning` opens one, `arriving`
takes in its bytes or ends it, `in_parts` leaves them to the bucket, `quoting` gives it out as a file. Where they lie and how
they are hashed is `upload_keeping.py`, for workers do that too.
"""

from provenance.uploads.arriving import ALGORITHMS, BrokenOff, Checksum, NoRoom, append, settled, terminate
from provenance.uploads.beginning import LONGEST_NAME, Announced, create, found
from provenance.uploads.in_parts import MOST_PARTS, PART_ADDRESS_SECONDS, join, part_addresses, part_count
from provenance.uploads.quoting import KEPT_AFTER_USE, let_go, sent, used

__all__ = [
    "ALGORITHMS", "KEPT_AFTER_USE", "LONGEST_NAME", "MOST_PARTS", "PART_ADDRESS_SECONDS", "Announced", "BrokenOff", "Checksum",
    "NoRoom", "append", "create", "found", "join", "let_go", "part_addresses", "part_count", "sent", "settled", "terminate",
    "used",
]  # fmt: skip
