"""The journal at the desk says what an entry is about by its name, to whoever may read that; its spreadsheet keeps the id."""

import pytest
from django.utils import timezone

from consent import grants
from registry import journal
from registry.permissions import Role
from tests import cast as people
from tests.desk import at_the_desk
from tests.provenance import registered

pytestmark = pytest.mark.django_db
JOURNAL = "/admin/registry/event/"


def test_an_entry_is_about_what_the_desk_calls_it(cast):
    grant = people.entered(cast)
    grants.verify(grant.revisions.get(), by=cast.tobi, at=timezone.now(), reason="Compared with the paper")
    asset = registered.asset(title="harbor_sh114_v07.jpg")
    for subject in (asset.public_id, cast.mira.public_id, f"user:{cast.ines.pk}", "pack:org_x:us-ca"):
        journal.record(actor=journal.by_system("test"), tag="asset:looked_at", subject=subject, details={}, at=timezone.now(),
                       organisation=cast.northlight)  # fmt: skip
    browser = at_the_desk(cast.tobi)
    page = browser.get(JOURNAL).content.decode()
    for name in (f"consent {grant.number}", asset.title, cast.mira.alias, cast.ines.display_name, "rule pack us-ca"):
        assert f">{name}<" in page
    assert grant.public_id not in page and asset.public_id not in page
    table = b"".join(browser.get(f"{JOURNAL}export/").streaming_content).decode()
    assert grant.public_id in table and asset.public_id in table


def test_whoever_may_not_read_consents_is_told_no_number_or_title(cast):
    grant = people.entered(cast)
    dana = people.lawyer("dana", "Okoye", cast.northlight, Role.DPO)
    page = at_the_desk(dana).get(JOURNAL).content.decode()
    assert grant.public_id in page
    assert grant.number not in page
