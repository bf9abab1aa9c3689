"""What a reader found in a file, as a value: manifests, codes and ingredients. Judges nothing; report.py does that.

The dict comes from the sandbox child and holds whatever the file says, so nothing here trusts a type or a length.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, TypeGuard

from provenance.geometry import Media
from provenance.printable import printable

GROUPS = ("success", "informational", "failure")
MOST_CODES = 500
LONGEST_PICTURE = 40_000
BASE64 = re.compile(r"[A-Za-z0-9+/]+={0,2}")


@dataclass(frozen=True, slots=True)
class Reading:
    """One reading of one file. `active` is the active manifest's label, or empty when the file has none.

    `metadata` are the few properties of IPTC and PLUS that say something of AI, as they stand in the file's metadata. `media`
    is the file's frame and clock, looked at only where an action marks places in it. `pictures` are small JPEGs of the assets
    used, in base64, drawn by the child: by manifest and place in its list.
    """

    state: str = ""
    trust_list_uri: str = ""
    active: str = ""
    manifests: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    success: tuple[str, ...] = ()
    informational: tuple[str, ...] = ()
    failure: tuple[str, ...] = ()
    remote_only: bool = False
    unreadable: str = ""
    fingerprint: str = ""
    certificate: Mapping[str, Any] = field(default_factory=dict)
    engine: Mapping[str, Any] = field(default_factory=dict)
    metadata: Mapping[str, Any] = field(default_factory=dict)
    pictures: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    media: Media | None = None

    @classmethod
    def of(cls, found: Mapping[str, Any]) -> "Reading":
        """From the dict the sandbox gives back."""
        codes = mapping(found.get("codes"))
        groups = {group: tuple(codes_of(codes.get(group))) for group in GROUPS}
        return cls(
            state=printable(found.get("state")),
            trust_list_uri=printable(found.get("trust_list_uri")),
            active=printable(found.get("active")),
            manifests={key: mapping(value) for key, value in mapping(found.get("manifests")).items()},
            remote_only=bool(found.get("remote_only")),
            unreadable=printable(found.get("unreadable")),
            fingerprint=printable(found.get("certificate_fingerprint")),
            certificate=mapping(found.get("certificate")),
            engine=mapping(found.get("engine")),
            metadata=mapping(found.get("metadata")),
            pictures=mapping(found.get("pictures")),
            media=_media(mapping(found.get("media"))),
            **groups,
        )

    @property
    def manifest(self) -> Mapping[str, Any]:
        """The active manifest, or an empty one."""
        return mapping(self.manifests.get(self.active))

    def has(self, *prefixes: str, group: str = "failure") -> bool:
        """Whether any code of `group` begins with one of `prefixes`."""
        return any(code.startswith(prefixes) for code in getattr(self, group))

    def assertion(self, label: str) -> Mapping[str, Any]:
        """The data of the active manifest's first assertion of that label, or an empty mapping."""
        return next(self.assertions(label), {})

    def assertions(self, label: str, *, of: str = "") -> Iterator[Mapping[str, Any]]:
        """The data of each assertion of that label in the manifest named by `of`, else in the active one."""
        for assertion in listing(mapping(self.manifests.get(of or self.active)).get("assertions")):
            found = printable(mapping(assertion).get("label"))
            if found == label or found.startswith((f"{label}__", f"{label}.v")):
                yield mapping(mapping(assertion).get("data"))

    def actions(self, *, of: str = "") -> Iterator[Mapping[str, Any]]:
        """Each action of a manifest, with its software agent filled in where it names one by number."""
        for data in self.assertions("c2pa.actions", of=of):
            agents = listing(data.get("softwareAgents"))
            for action in map(mapping, listing(data.get("actions"))):
                number = action.get("softwareAgentIndex")
                agent = agents[number] if isinstance(number, int) and 0 <= number < len(agents) else None
                yield {**action, "softwareAgent": action.get("softwareAgent") or agent or {}}

    def all_actions_included(self) -> bool:
        return any(data.get("allActionsIncluded") is True for data in self.assertions("c2pa.actions"))

    def used(self) -> Iterator["Used"]:
        """Every ingredient of every manifest, the active one's first."""
        labels = [self.active, *(label for label in self.manifests if label != self.active)]
        for label in labels:
            for place, ingredient in enumerate(listing(mapping(self.manifests.get(label)).get("ingredients"))):
                picture = mapping(self.pictures.get(label)).get(str(place))
                yield Used.of(mapping(ingredient), within=label, picture=picture if _is_base64(picture) else "")

    def lineage(self) -> tuple[str, ...]:
        """The active manifest and those of its parents, the youngest first: one work, before each edit."""
        parents = {item.within: item.manifest for item in self.used() if item.relationship == "parentOf"}
        found: dict[str, None] = {}
        label = self.active
        while label and label not in found:
            found[label] = None
            label = parents.get(label, "")
        return tuple(found)


@dataclass(frozen=True, slots=True)
class Used:
    """One asset that went into another, and what its own credentials showed when it was added.

    `within` names the manifest that lists it, `manifest` its own; `picture` is a small JPEG in base64, or nothing.
    """

    title: str
    relationship: str
    manifest: str
    failure: tuple[str, ...]
    within: str
    picture: str = ""

    @classmethod
    def of(cls, ingredient: Mapping[str, Any], *, within: str, picture: str = "") -> "Used":
        results = mapping(ingredient.get("validation_results"))
        failure = list(codes_of(mapping(results.get("activeManifest")).get("failure")))
        for delta in map(mapping, listing(results.get("ingredientDeltas"))):
            failure += codes_of(mapping(delta.get("validationDeltas")).get("failure"))
        status = codes_of(ingredient.get("validation_status"))
        failure += [code for code in status if not code.startswith("ingredient.unknown")]
        return cls(
            title=printable(ingredient.get("title")),
            relationship=printable(ingredient.get("relationship")),
            manifest=printable(ingredient.get("active_manifest")),
            failure=tuple(dict.fromkeys(failure)),
            within=within,
            picture=picture,
        )


def _is_base64(value: Any) -> TypeGuard[str]:
    return isinstance(value, str) and len(value) <= LONGEST_PICTURE and BASE64.fullmatch(value) is not None


def _media(found: Mapping[str, Any]) -> Media | None:
    """What the child's own scan of the file found; that is ours, and needs no second look."""
    if not found:
        return None
    sized = {name: found[name] for name in ("width", "height", "frames", "seconds", "words")}
    fps = Fraction(*found["fps"]) if found["fps"] else None
    return Media(found["kind"], fps=fps, elements=tuple(found["elements"]), **sized)


def mapping(value: Any) -> Mapping[str, Any]:
    """`value` if it is an object, else an empty one."""
    return value if isinstance(value, Mapping) else {}


def listing(value: Any) -> Sequence[Any]:
    """`value` if it is a list, else an empty one."""
    return value if isinstance(value, list | tuple) else ()


def codes_of(value: Any) -> Iterator[str]:
    """The codes of a list of codes, or of a list of `{"code": …}`."""
    for item in listing(value)[:MOST_CODES]:
        code = printable(mapping(item).get("code") if isinstance(item, Mapping) else item)
        if code:
            yield code
