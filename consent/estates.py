"""An estate as it stands on record: the chain of title, what is needed, what is registered, what stands in the way."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from consent import on_record
from consent.forms.shape import number_in
from consent.holding import Held
from registry.models import Authority, Person

TITLE = "authority.title"


@dataclass(frozen=True, slots=True)
class Link:
    """Somebody in the chain: the authority, their share and group if on record, and those whose title came from them."""

    authority: Authority
    subject: str
    share: Decimal | None
    group: str
    below: tuple["Link", ...]


@dataclass(frozen=True, slots=True)
class Group:
    """The shares of one group taken together; `needed` is the share that must be exceeded, if that is on record."""

    name: str
    total: Decimal
    needed: Decimal | None


@dataclass(frozen=True, slots=True)
class Estate:
    chain: tuple[Link, ...]
    groups: tuple[Group, ...]
    registrations: tuple[Held, ...]
    encumbrances: tuple[Held, ...]
    searches: tuple[Held, ...]


def of(person: Person, *, at: datetime) -> Estate:
    authorities = {_first(one).public_id: one for one in _latest(person)}
    about = [person.public_id, *authorities]
    held = on_record.holding_about(about, studio=person.studio, at=at)
    titles = {one.record.subject: one for one in held if one.record.form == TITLE}

    def on(*forms: str) -> tuple[Held, ...]:
        return tuple(one for one in held if one.record.form in forms)

    return Estate(
        chain=_below(None, authorities, titles),
        groups=_groups(titles, on("person.estate_threshold")),
        registrations=on("person.estate_registration"),
        encumbrances=on("person.encumbrance"),
        searches=on("person.encumbrance_search", "person.representative_search"),
    )


def _latest(person: Person) -> list[Authority]:
    """Who may speak for the person, each as it is now; the person themselves is no estate."""
    rows = person.authorities.filter(replaced_by=None).exclude(kind=Authority.Kind.SELF)
    return list(rows.select_related("replaces", "verified_by", "recorded_by"))


def _first(authority: Authority) -> Authority:
    while authority.replaces is not None:
        authority = authority.replaces
    return authority


def _below(source: str | None, authorities: dict[str, Authority], titles: dict[str, Held]) -> tuple[Link, ...]:
    """Those whose title comes from the source; nothing is circular, for the writer refuses that."""
    links = []
    for subject, authority in authorities.items():
        values = titles[subject].record.values if subject in titles else {}
        if values.get("derives_from") == source:
            share = number_in(values, "share_percent") if "share_percent" in values else authority.share_percent
            below = _below(subject, authorities, titles)
            links.append(Link(authority, subject, share, str(values.get("group", "")), below))
    return tuple(links)


def _groups(titles: dict[str, Held], thresholds: tuple[Held, ...]) -> tuple[Group, ...]:
    totals: dict[str, Decimal] = {}
    for one in titles.values():
        group = str(one.record.values.get("group", ""))
        totals[group] = totals.get(group, Decimal(0)) + number_in(one.record.values, "share_percent")
    needed = {str(one.record.values.get("group", "")): number_in(one.record.values, "more_than_percent") for one in thresholds}
    return tuple(Group(name, totals.get(name, Decimal(0)), needed.get(name)) for name in sorted(totals | needed))
