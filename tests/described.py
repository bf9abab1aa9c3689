"""The interface as it describes itself at /api/v1/openapi.json."""

import json
from functools import cache
from typing import Any

from registry.api import docs


@cache
def description() -> dict[str, Any]:
    return json.loads(json.dumps(docs.whole()))
