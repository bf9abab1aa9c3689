"""One line of text as people write names: no control characters, nothing that hides or reorders what stands around it."""

import unicodedata

from registry.errors import Invalid

# Cc: controls; Cf: invisible formatting, among it the bidirectional controls; Cs, Co, Cn: no characters at all.
HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
# They join letters in scripts that need it.
JOINERS = frozenset("\u200c\u200d")


class Illegible(Invalid):
    def __init__(self, what: str) -> None:
        super().__init__("text.illegible", f"The {what} holds characters that cannot be seen. Type it rather than paste it.")


def line(text: str, what: str) -> str:
    """The text without spaces around it and doubled within; raises `Illegible`."""
    if any(unicodedata.category(character) in HIDDEN and character not in JOINERS for character in text):
        raise Illegible(what)
    return " ".join(text.split())
