"""Our own ids, and the check characters of the identifiers other registries give to people and titles.

No identifier is looked up anywhere: a well-formed one may still belong to nobody.
"""

import re
import secrets
import string

from registry.errors import Invalid

ALPHABET = string.digits + string.ascii_uppercase


class MalformedIdentifier(Invalid):
    """An identifier whose form or check character is wrong."""

    def __init__(self, kind: str, text: str, fault: str) -> None:
        super().__init__(f"identifier.{kind}", f"“{text[:60]}” is not a valid {kind.upper()}: {fault}.")


def new_id(prefix: str) -> str:
    """An id nobody can guess or count: 128 random bits behind three letters that say of what."""
    return f"{prefix}_{secrets.token_urlsafe(16)}"


def isni(text: str) -> str:
    """An ISNI (ISO 27729) as its sixteen characters, or `MalformedIdentifier`."""
    bare = re.sub(r"[\s-]", "", text.strip().removeprefix("https://isni.org/isni/")).upper().removeprefix("ISNI")
    if not re.fullmatch(r"[0-9]{15}[0-9X]", bare):
        raise MalformedIdentifier("isni", text, "it has sixteen digits, of which the last may be X")
    if mod_11_2(bare[:-1]) != bare[-1]:
        raise MalformedIdentifier("isni", text, "its check digit does not fit; compare it with the source")
    return bare


def eidr(text: str) -> str:
    """An EIDR content id as 10.5240/XXXX-XXXX-XXXX-XXXX-XXXX-C, or `MalformedIdentifier`."""
    bare = re.sub(r"^(https://doi\.org/|urn:eidr:|doi:)", "", text.strip(), flags=re.IGNORECASE)
    bare = bare.replace(":", "/").upper()
    if not re.fullmatch(r"10\.5240/([0-9A-F]{4}-){5}[0-9A-Z]", bare):
        raise MalformedIdentifier("eidr", text, "it looks like 10.5240/XXXX-XXXX-XXXX-XXXX-XXXX-C")
    if mod_37_36(bare.removeprefix("10.5240/").replace("-", "")[:-1]) != bare[-1]:
        raise MalformedIdentifier("eidr", text, "its check character does not fit; compare it with the source")
    return bare


def isan(text: str) -> str:
    """An ISAN (ISO 15706), with or without its version, in groups with both check characters."""
    bare = re.sub(r"[\s-]", "", text.strip()).upper().removeprefix("URN:ISAN:").removeprefix("ISAN").removeprefix(":")
    match = re.fullmatch(r"([0-9A-F]{16})([0-9A-Z])(?:([0-9A-F]{8})([0-9A-Z]))?", bare)
    if not match:
        raise MalformedIdentifier("isan", text, "it looks like XXXX-XXXX-XXXX-XXXX-C, with a version XXXX-XXXX-C after it")
    work, check, version, version_check = match.groups()
    if mod_37_36(work) != check or (version and mod_37_36(work + version) != version_check):
        raise MalformedIdentifier("isan", text, "a check character does not fit; compare it with the source")
    groups = re.findall("....", work) + [check]
    return "-".join(groups + ([*re.findall("....", version), version_check] if version else []))


def hand(text: str) -> str:
    """A HAND id, a DOI with the prefix 10.23 and five groups of four; its form is all that can be checked here."""
    bare = re.sub(r"^(https://doi\.org/|urn:doi:|doi:)", "", text.strip(), flags=re.IGNORECASE).upper()
    if not re.fullmatch(r"10\.23/[0-9A-Z]{4}(-[0-9A-Z]{4}){4}", bare):
        raise MalformedIdentifier("hand", text, "it looks like 10.23/XXXX-XXXX-XXXX-XXXX-XXXX")
    return bare


def mod_11_2(digits: str) -> str:
    """The check digit of ISO 7064 MOD 11-2."""
    total = 0
    for digit in digits:
        total = (total + int(digit)) * 2 % 11
    return ALPHABET[(12 - total) % 11] if (12 - total) % 11 < 10 else "X"


def mod_37_36(characters: str) -> str:
    """The check character of ISO 7064 MOD 37,36."""
    product = 36
    for character in characters:
        total = (product + ALPHABET.index(character)) % 36 or 36
        product = total * 2 % 37
    return ALPHABET[(37 - product) % 36]
