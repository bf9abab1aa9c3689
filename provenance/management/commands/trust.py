"""`manage.py trust [list | refresh KIND --from FILE|URL | give-up KIND]`: whom to trust, version by dated version."""

from datetime import date
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from provenance import trust_lists
from provenance.models import TrustList
from registry import outbound
from registry.errors import RegistryError

ADDRESSES = ("https://", "http://")
FETCHED_WITHIN = 60.0


class Command(BaseCommand):
    help = "Show the lists of whom to trust, or bring one up to date. Every version stays on record."

    def add_arguments(self, parser: CommandParser) -> None:
        acts = parser.add_subparsers(dest="act", metavar="list | refresh | give-up")
        acts.add_parser("list", help="what is in use, of which day, and which certificates end soon")
        refresh = acts.add_parser("refresh", help="put a new version into use; the same certificates again change nothing")
        refresh.add_argument("kind", choices=TrustList.Kind.values)
        refresh.add_argument("--from", dest="source", required=True, metavar="FILE|URL", help="PEM; an address is https")
        refresh.add_argument("--listed-on", type=date.fromisoformat, metavar="YYYY-MM-DD", help="the day its publisher gives it")
        refresh.add_argument("--fewer", action="store_true", help="take it even if it lacks most of those in use")
        give_up = acts.add_parser("give-up", help="use no list of this kind any more")
        give_up.add_argument("kind", choices=TrustList.Kind.values)
        give_up.add_argument("--reason", required=True)

    def handle(self, *, act: str | None, **options) -> None:
        at = timezone.now()
        try:
            if act == "refresh":
                self._refresh(options, at)
            elif act == "give-up":
                row = trust_lists.give_up(options["kind"], at=at, reason=options["reason"])
                self.stdout.write(f"{row.get_kind_display()}: no list is used from now on.")
            else:
                self._list(at)
        except RegistryError as refused:
            raise CommandError(refused.detail) from refused

    def _refresh(self, options, at) -> None:
        content = fetched(options["source"])
        change = trust_lists.refresh(
            options["kind"], content, source=options["source"], listed_on=options["listed_on"], at=at, fewer=options["fewer"]
        )
        now = change.now
        new = change.came or change.went
        self.stdout.write(f"{now.get_kind_display()} of {now.listed_on:%-d %B %Y}: {now.certificates} certificates, "
                          f"{f'{len(change.came)} new, {len(change.went)} gone' if new else 'the same as before'}.")  # fmt: skip
        for mark, names in (("+", change.came), ("-", change.went), ("expired:", change.expired)):
            for name in names:
                self.stdout.write(f"  {mark} {name}")

    def _list(self, at) -> None:
        for kind, label in TrustList.Kind.choices:
            row = trust_lists.in_use(kind)
            if row is None:
                self.stdout.write(f"{label}: none on record; {_by_settings(kind)}.")
            elif not row.pem:
                self.stdout.write(f"{label}: given up on {row.listed_on:%-d %B %Y}.")
            else:
                said = f"{label}: of {row.listed_on:%-d %B %Y}, {row.certificates} certificates, from {row.source}, "
                self.stdout.write(said + f"in use since {row.recorded_at:%-d %B %Y %H:%M} UTC, SHA-256 {row.sha256}")
        for row, name, last in trust_lists.ending(at):
            self.stdout.write(f"{row.get_kind_display()}: {name} {'ended' if last < at.date() else 'ends'} on {last:%-d %B %Y}")


def fetched(source: str) -> bytes:
    """The file, or what lies at the address: fetched once, without redirects, within a minute and five megabytes."""
    if not source.startswith(ADDRESSES):
        try:
            return Path(source).read_bytes()
        except OSError as error:
            raise CommandError(f"{source} cannot be read: {error.strerror}.") from error
    answer = outbound.get(source, seconds=FETCHED_WITHIN, most=trust_lists.LARGEST, allowed=settings.OUTBOUND_ALLOWED_HOSTS)
    if answer.status != 200 or answer.cut:
        found = "more than 5 MB" if answer.cut else f"status {answer.status}"
        raise CommandError(f"{source} answered with {found}. The list in use was not changed.")
    return answer.body


def _by_settings(kind: str) -> str:
    named = {"signers": settings.C2PA_TRUST_LIST, "stamps": settings.TIMESTAMP_ANCHORS}.get(kind, "")
    return f"{named} is used" if named else "none is used"
