"""What is entered on a form, checked and kept as JSON; and what is kept, read as values again.

Days are kept as 2026-07-14, moments as RFC 3339 in UTC, numbers as decimal strings. An empty field is left out.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from consent.facts import moment
from consent.forms.shape import Field, Form, Value, Values
from consent.legal_days import zone_named
from registry import legible
from registry.errors import Fault, Invalid

LONGEST = 20000
MOST_LISTED = 200
Details = dict[str, Any]


class NotFilledIn(Invalid):
    """`errors` name each field that is wrong, by JSON pointer into the details."""

    def __init__(self, form: Form, faults: tuple[Fault, ...]) -> None:
        super().__init__("record.details", f"“{form.title}” is not complete. Nothing was recorded.", errors=faults)


def checked(form: Form, entered: Mapping[str, Any]) -> Details:
    """What was entered, as it is kept. Raises `NotFilledIn` with every fault at once."""
    faults = [_fault(name, f"“{form.title}” has no such field.") for name in sorted(set(entered) - _names(form))]
    kept: Details = {}
    for field in form.fields:
        try:
            value = _kept(field, entered.get(field.name))
        except Invalid as wrong:
            faults.append(_fault(field.name, wrong.detail))
            continue
        if value is not None:
            kept[field.name] = value
        elif field.required:
            faults.append(_fault(field.name, f"“{field.label}” is needed."))
    if not faults and form.check is not None:
        faults = [_fault(name, sentence) for name, sentence in form.check(values_of(form, kept))]
    if faults:
        raise NotFilledIn(form, tuple(faults))
    return kept


def values_of(form: Form, details: Mapping[str, Any]) -> Values:
    """The details as values: dates, moments, numbers, yes and no. What is not there stays away; a box not ticked is no."""
    found: dict[str, Value] = {}
    for field in form.fields:
        kept = details.get(field.name)
        if kept is not None:
            found[field.name] = _value(field, kept)
    return found


def _names(form: Form) -> frozenset[str]:
    return frozenset(field.name for field in form.fields)


def _fault(name: str, sentence: str) -> Fault:
    return Fault(f"/details/{name}", "record.field", sentence)


def _value(field: Field, kept: Any) -> Value:
    match field.type:
        case "date":
            return date.fromisoformat(kept)
        case "moment":
            return datetime.fromisoformat(kept)
        case "number":
            return Decimal(kept)
        case "list" | "vendors":
            return tuple(kept)
        case "bool":
            return bool(kept)
        case _:
            return str(kept)


def _kept(field: Field, entered: Any) -> Any:
    if field.type == "bool":
        return _yes_or_no(field, entered)
    if entered is None or entered == "" or entered == [] or entered == ():
        return None
    match field.type:
        case "date":
            return _day(field, entered).isoformat()
        case "moment":
            return moment(_moment(field, entered))
        case "number":
            return _number(field, entered)
        case "list" | "vendors":
            return _list(field, entered)
        case "choice":
            return _choice(field, entered)
        case "zone":
            zone_named(str(entered))
            return str(entered)
        case _:
            return _text(field, entered)


def _yes_or_no(field: Field, entered: Any) -> bool:
    if entered not in (None, "", True, False):
        raise Invalid("record.field", f"“{field.label}” is answered by yes or no.")
    return bool(entered)


def _day(field: Field, entered: Any) -> date:
    if isinstance(entered, date) and not isinstance(entered, datetime):
        return entered
    try:
        return date.fromisoformat(entered)
    except (TypeError, ValueError):
        raise Invalid("record.field", f"“{field.label}” is a day, such as 2026-07-14.")


def _moment(field: Field, entered: Any) -> datetime:
    try:
        at = entered if isinstance(entered, datetime) else datetime.fromisoformat(entered)
    except (TypeError, ValueError):
        at = datetime.min
    if at.tzinfo is None:
        raise Invalid("record.field", f"“{field.label}” is a moment with its zone, such as 2026-07-14T12:00:00Z.")
    return at.astimezone(UTC)


def _number(field: Field, entered: Any) -> str:
    try:
        number = Decimal(str(entered))
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite() or isinstance(entered, bool) or abs(number) >= 10**9 or number != round(number, 4):
        raise Invalid("record.field", f"“{field.label}” is a number, with four decimals at most.")
    return f"{number.normalize():f}"


def _list(field: Field, entered: Any) -> list[str]:
    if not isinstance(entered, list | tuple) or len(entered) > MOST_LISTED:
        raise Invalid("record.field", f"“{field.label}” is a list of at most {MOST_LISTED}.")
    return list(dict.fromkeys(_text(field, one) for one in entered))


def _choice(field: Field, entered: Any) -> str:
    if entered not in dict(field.choices):
        raise Invalid("record.field", f"“{field.label}” is none of the answers there are.")
    return str(entered)


def _text(field: Field, entered: Any) -> str:
    if not isinstance(entered, str) or len(entered) > LONGEST:
        raise Invalid("record.field", f"“{field.label}” is text of at most {LONGEST} characters.")
    what = field.label[:1].lower() + field.label[1:]
    if field.type != "long":
        told = legible.line(entered, what)
    else:
        told = "\n".join(legible.line(line, what) for line in entered.strip().splitlines())
    if not told:
        raise Invalid("record.field", f"“{field.label}” is blank.")
    return told
