"""Which manifests a soft binding leads to: by fingerprints of what was signed here, and by what programs have bound.

Only what is released, real and public is found. An embargoed work is answered like one that was never seen: the record
is asked the same number of questions whatever it holds, and the last of them leaves out what nobody may see.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce

from provenance import iscc, trust
from provenance.fingerprint import BITS, Code, near_keys
from provenance.likeness import FRAMES, ask, codes_of, lookup, nearer_than
from provenance.models import Credential, KnownContent, SoftBinding
from registry.errors import Unreadable
from registry.prepared import Prepared, filled

MOST, USUAL = 100, 10  # matches of one answer
MOST_NEAR = 10_000  # assets that a content is held against, the nearest; versions of one shot are all near
SHARING = "SELECT DISTINCT digits, binding_id FROM provenance_softbindingchunk WHERE chunk_key IN ({keys})"


@dataclass(frozen=True, slots=True)
class Match:
    """A manifest that was found, and how near the contents are: 100 for the same, one less for each 2.56 bits of 256."""

    manifest_id: str
    score: int


class NotAValue(Unreadable):
    def __init__(self, detail: str) -> None:
        super().__init__("softbinding.value", f"The value cannot be read. {detail}")


def public() -> QuerySet[Credential]:
    """The credentials that anybody may find: released, real, and of a work whose producer made it public."""
    return Credential.objects.real().filter(asset__production__is_public=True)


def score(bits: int) -> int:
    """How alike two codes are that differ in so many bits, of 100."""
    return 100 * (BITS - bits) // BITS


def by_value(alg: str, value: str, *, most: int = USUAL) -> list[Match]:
    """The manifests that a value of an algorithm leads to, the nearest first; raises NotAValue."""
    return _nearest(_of_value(alg, value), most)


def of_file(path: Path, *, hint: tuple[str, str] | None = None, most: int = USUAL) -> list[Match]:
    """The same of a content: by its bytes, its fingerprints, and what a `hint` says was found in it (algorithm, value)."""
    with path.open("rb") as file:
        scores = _of_bytes(hashlib.file_digest(file, "sha256").hexdigest())
    codes = codes_of(path, readers=trust.window())
    _add(scores, _of_codes(codes, needed=min(FRAMES, len(codes))))
    if hint:
        _add(scores, _of_value(*hint))
    return _nearest(scores, most)


def algorithms() -> list[str]:
    """The algorithms under which programs have bound something that is found today; values of these are compared whole."""
    named = live().exclude(alg__in=("", iscc.ALGORITHM))
    return sorted(named.order_by().values_list("alg", flat=True).distinct())


def answers() -> bool:
    """Whether the record can be asked at all."""
    try:
        SOMETHING()
    except (OperationalError, InterfaceError):
        return False
    return True


SOMETHING = Prepared(lambda: Credential.objects.order_by().values_list("pk")[:1])


def near(codes: Sequence[Code], *, needed: int = 1) -> dict[int, int]:
    """Assets whose fingerprints are near, the nearest first: in how many bits they differ. `needed` of the codes have to be."""
    found: dict[int, dict[int, int]] = {}
    for number, code in enumerate(codes):
        for bits, asset, _ in lookup(code, within=settings.LIKENESS_BITS):
            of = found.setdefault(asset, {})
            of[number] = min(bits, of.get(number, BITS))
    nearest = sorted((min(of.values()), asset) for asset, of in found.items() if len(of) >= needed)
    return {asset: bits for bits, asset in nearest[:MOST_NEAR]}


def live() -> QuerySet[SoftBinding]:
    """The bindings of programs that lead somewhere: to what is public, not withdrawn, and not bound to another since."""
    same = {name: OuterRef(name) for name in ("organisation", "alg", "value_hash")}
    replaced = SoftBinding.objects.filter(**same, instead=True, pk__gt=OuterRef("pk"))
    there = Q(stored__isnull=False, stored__withdrawal=None)
    there |= Q(credential__asset__sandbox=False, credential__asset__production__is_public=True)
    return SoftBinding.objects.filter(there).exclude(Exists(replaced))


def hash_of(value: str) -> str:
    return hashlib.sha256(value.encode()).hexdigest()


# --- each way of finding ------------------------------------------------------------------------------------------


def _of_value(alg: str, value: str) -> dict[str, int]:
    codes = units(value) if alg == iscc.ALGORITHM else ()
    return _of_codes(codes, needed=1, same=(hash_of(value), alg))


def units(value: str) -> tuple[Code, ...]:
    """The codes of an ISCC value; raises NotAValue."""
    try:
        return iscc.codes(value)
    except iscc.NotAValue as error:
        raise NotAValue(f"{error} Send base64 of whole ISCC units, as IEP-0020 says.") from error


def _of_codes(codes: Sequence[Code], *, needed: int, same: tuple[str, str] = ("", "")) -> dict[str, int]:
    """What is near to the codes, and what programs have bound to them, or to the `same` value (its hash, its algorithm)."""
    assets, bindings = near(codes, needed=needed), _near_bindings(codes, needed=needed)
    scores = {label: score(assets[asset]) for label, asset in RELEASED(filled(assets))}
    value, alg = same
    for pk, label in BOUND(filled(bindings), value, (alg, "")):
        _add(scores, {label: score(bindings.get(pk, 0))})
    return scores


RELEASED = Prepared(
    lambda assets: public().filter(asset_id__in=assets).order_by("-pk").values_list("manifest_label", "asset_id")
)
BOUND = Prepared(
    lambda bindings, value, algs: live().filter(Q(pk__in=bindings) | Q(value_hash=value, alg__in=algs)).order_by("-pk")
    .values_list("pk", Coalesce("credential__manifest_label", "stored__manifest_id"))
)  # fmt: skip


def _near_bindings(codes: Sequence[Code], *, needed: int) -> dict[int, int]:
    found: dict[int, dict[int, int]] = {}
    for number, code in enumerate(codes):
        for bits, (binding,) in nearer_than(settings.LIKENESS_BITS, code, ask(SHARING, near_keys(code))):
            of = found.setdefault(binding, {})
            of[number] = min(bits, of.get(number, BITS))
    nearest = sorted((min(of.values()), binding) for binding, of in found.items() if len(of) >= needed)
    return {binding: bits for bits, binding in nearest[:MOST_NEAR]}


def _of_bytes(sha256: str) -> dict[str, int]:
    """What was signed as these very bytes, or from them. Credentials of a frame are its sequence's."""
    kinds = [kind for kind in KnownContent.Kind if kind != KnownContent.Kind.INGREDIENT]
    known = Q(asset__contents__sha256=sha256, asset__contents__kind__in=kinds)
    rows = public().filter(known).order_by("-pk").values_list("manifest_label", flat=True)[:MOST_NEAR]
    return dict.fromkeys(rows, score(0))


def _add(scores: dict[str, int], more: Mapping[str, int]) -> None:
    for label, found in more.items():
        scores[label] = max(found, scores.get(label, 0))


def _nearest(scores: Mapping[str, int], most: int) -> list[Match]:
    ordered: Iterable[tuple[str, int]] = sorted(scores.items(), key=lambda one: -one[1])
    return [Match(label, found) for label, found in ordered][:most]
