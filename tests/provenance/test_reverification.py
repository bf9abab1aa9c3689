"""Before an engine is changed, an operator sees which released files it would read otherwise."""

import json
from io import StringIO

import pytest
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.utils import timezone

from provenance.models import Credential
from tests import cast as people
from tests import shots
from tests.assets import build

pytestmark = pytest.mark.django_db


def said(*words) -> str:
    out = StringIO()
    call_command("reverify", *map(str, words), stdout=out)
    return out.getvalue()


@pytest.fixture
def written(studio, hatch, tmp_path):
    """Two files released, one with its credentials beside it, and what the present engine concludes of them."""
    people.verified(studio, at=timezone.now())
    for name in ("result.jpg", "result.exr"):
        told = shots.declaration(studio, ingredients=[], title=name)
        if name.endswith("exr"):
            told["operations"][0].pop("regions")
        assert shots.send(hatch, (build.library() / name).read_bytes(), told, name=name).status_code == 202
    shots.work()
    path = tmp_path / "before.jsonl"
    assert said("--to", path) == f"{Credential.objects.count()} read.\n" and Credential.objects.count() == 2
    return path


def test_the_same_engine_reads_the_same(written):
    lines = [json.loads(line) for line in written.read_text().splitlines()]
    assert {one["states"]["integrity"] for one in lines} == {"intact"} and lines[0]["engine"]["version"]
    assert said("--against", written) == "None of 2 reads otherwise.\n"


def test_what_another_engine_concluded_is_told_as_a_difference(written):
    first, *rest = [json.loads(line) for line in written.read_text().splitlines()]
    first["states"]["trust"] = "untrusted"
    first["codes"]["failure"].append("signingCredential.untrusted")
    written.write_text("".join(json.dumps(one) + "\n" for one in [first, *rest]))
    out = StringIO()
    with pytest.raises(CommandError, match="1 of 2 read otherwise"):
        call_command("reverify", "--against", str(written), stdout=out)
    assert f"{first['credential']}: trust untrusted → registry" in out.getvalue()
    assert "- failure signingCredential.untrusted" in out.getvalue()


def test_a_file_that_is_gone_is_a_difference_too(written):
    default_storage.delete(Credential.objects.first().storage_key)
    with pytest.raises(CommandError, match="1 of 2"):
        said("--against", written)
