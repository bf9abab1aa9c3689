"""The interface as it describes itself at /api/v1/openapi.json."""

import json
from functools import cache
from typing import Any

from drf_spectacular.generators import SchemaGenerator


@cache
def description() -> dict[str, Any]:
    return json.loads(json.dumps(SchemaGenerator().get_schema(request=None, public=True)))
