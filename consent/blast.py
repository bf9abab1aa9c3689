"""What adopting a rule pack would change: the same questions, asked of the same files, with it and without it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from consent.decision import decide
from consent.facts import Adoption, Record, Request
from consent.rulebook import Pack


@dataclass(frozen=True, slots=True)
class Asked:
    """A question that was asked before, by the id of its answer, with the file as it is read for it."""

    id: str
    request: Request
    record: Record


@dataclass(frozen=True, slots=True)
class Change:
    """The answer `id` would turn from `before` to `after`, for the reasons named by these rules."""

    id: str
    before: str
    after: str
    rules: tuple[str, ...]


def radius(asked: Iterable[Asked], adoption: Adoption, library: Mapping[str, Pack] | None = None) -> tuple[Change, ...]:
    """The answers whose outcome the adoption would change, in the order asked. It should not be older than those that
    are on file, or it does not count."""
    return tuple(_changes(asked, adoption, library))


def _changes(asked: Iterable[Asked], adoption: Adoption, library: Mapping[str, Pack] | None) -> Iterator[Change]:
    for one in asked:
        before = decide(one.request, one.record, library)
        with_it = replace(one.record, adoptions=(*one.record.adoptions, adoption))
        after = decide(one.request, with_it, library)
        if after.outcome != before.outcome:
            new = {reason.rule for reason in after.reasons} - {reason.rule for reason in before.reasons}
            yield Change(one.id, before.outcome, after.outcome, tuple(sorted(new)))
