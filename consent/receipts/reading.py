"""What receipts and exports tell of a consent, read from the record: its terms as a value, and where it stands."""

from collections.abc import Iterable
from datetime import date, datetime

from consent import facts, in_words, lifecycle, on_file, statements
from consent.models import Grant, GrantRevision, ScopeLine
from consent.receipts import agreed as said
from consent.receipts.agreed import Agreed, Party, State
from registry.models import Organisation, Person


def agreed(revision: GrantRevision) -> Agreed:
    """The revision as a value; the description of somebody erased is None."""
    grant = revision.grant
    rows = list(revision.lines.prefetch_related("productions"))
    signature = revision.signatures.first()
    verification = getattr(revision, "verification", None)
    vendors = grant.production.vendors.all() if grant.production else ()
    return Agreed(
        grant=grant.public_id,
        person=grant.person.public_id,
        number=revision.number,
        studio=_party(grant.studio),
        production=grant.production.title if grant.production else "",
        description=None if is_erased(grant.person) else revision.description,
        effective_from=revision.effective_from,
        term_end=revision.term_end,
        signed_on=signature.signed_on if signature else None,
        method=signature.get_method_display() if signature else "",
        capacity=signature.capacity if signature else "self",
        recorded_at=revision.recorded_at,
        verified_at=verification.recorded_at if verification else None,
        lines=tuple(map(_line, rows)),
        summary=(*map(in_words.line_in_words, rows), f"{in_words.term_in_words(revision)}."),
        recipients=tuple(map(_party, vendors)),
        titles={one.public_id: one.title for row in rows for one in row.productions.all()},
    )


def standing(grant: Grant, *, at: datetime) -> tuple[GrantRevision, State]:
    """The revision that governs, or the one that might, and where the consent stands for making something new."""
    question = _question(grant, at)
    record = on_file.record_for(question, studio=grant.studio)
    folded = next(found for one in record.grants if one.id == grant.public_id and (found := lifecycle.fold(one, question)))
    locked = statements.stops(statements.in_force(record.statements, question), question, "lock", "dispute")
    revision = grant.revisions.get(public_id=folded.revision.id)
    return revision, _state(folded, locked=bool(locked), lock_day=_since(record.statements, locked))


def is_erased(person: Person) -> bool:
    """Whether the person's key is destroyed."""
    return not person.data_key


def _state(folded: lifecycle.Standing, *, locked: bool, lock_day: date | None) -> State:
    if folded.ending is not None and folded.state == lifecycle.ENDED:
        ending = folded.ending
        code = said.ANNULLED if lifecycle.annuls(ending) else ending.kind
        return State(code, ending.run_off_to or ending.effective_at.date())
    if folded.state == lifecycle.EXPIRED:
        return State(said.EXPIRED, folded.revision.term_end)
    if folded.state == lifecycle.OFFERED:
        return State(said.OFFERED, folded.revision.recorded_at.date())
    if folded.state == lifecycle.AWAITING_VERIFICATION:
        return State(said.AWAITING, folded.revision.recorded_at.date())
    if locked:
        return State(said.SUSPENDED, lock_day)
    if folded.state == lifecycle.NOT_YET:
        return State(said.NOT_YET, folded.revision.effective_from)
    return State(said.GIVEN)


def _since(known: Iterable[facts.Statement], locked: dict[str, tuple[str, ...]]) -> date | None:
    ids = {one for held in locked.values() for one in held}
    return min((one.effective_at.date() for one in known if one.id in ids), default=None)


def _question(grant: Grant, at: datetime) -> facts.Request:
    """Whether anything new may be made of this person, asked only to have their file read and folded."""
    line = tuple(one.public_id for one in grant.production.line()) if grant.production else ()
    depicted = facts.Depiction("", grant.person.public_id, "target_likeness", "face", "other")
    return facts.Request(
        act="generate", production=line[0] if line else "", production_line=line, units=(), media=(), territories=(),
        languages=(), depictions=(depicted,), as_of=at, known_at=at,
    )  # fmt: skip


def _party(organisation: Organisation) -> Party:
    return Party(organisation.public_id, organisation.name, organisation.jurisdiction)


def _line(row: ScopeLine) -> facts.Line:
    return facts.Line(
        id=row.public_id, effect=row.effect, uses=frozenset(row.uses), modalities=frozenset(row.modalities),
        territories=frozenset(row.territories), territories_except=frozenset(row.territories_except),
        acts=frozenset(row.acts), productions=frozenset(one.public_id for one in row.productions.all()),
        units=frozenset(row.units), media=frozenset(row.media), languages=frozenset(row.languages),
        content_excluded=frozenset(row.content_excluded), start=row.start, end=row.end,
    )  # fmt: skip
