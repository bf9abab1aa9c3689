"""What the generator of the description passes over: HEAD, by which tus asks how far an upload is."""

from collections.abc import Iterable
from typing import Any

from registry import problems
from registry.api.schema import SENT_WITH, SHARES

ADDRESS = "/api/v1/uploads/{upload}"
# As far as GET does not say so; what HEAD answers has no body, and neither have its refusals.
REFUSED = {"404": ("upload.unknown",), "410": ("upload.expired", "upload.broken"), "412": ("upload.version",),
           "423": ("upload.in_use",)}  # fmt: skip


def with_head(result: dict[str, Any], generator: Any, request: Any, public: bool) -> dict[str, Any]:
    """A postprocessing hook: HEAD beside GET, with the headers that answer it."""
    path = result.get("paths", {}).get(ADDRESS)
    if path:
        got = path["get"]
        path["head"] = {
            "operationId": "stand_of_upload", "summary": "How far an upload is", "tags": got["tags"], "security": got["security"],
            "description": "How far an upload is, exactly: a request that adds to it and has fallen silent makes room first.",
            "parameters": [*(one for one in got["parameters"] if one.get("in") == "path"), {
                "in": "header", "name": "Tus-Resumable", "schema": {"type": "string", "enum": ["1.0.0"]},
                "description": "The version of tus; 1.0.0",
            }],
            "responses": {
                "200": {"description": "No body; the headers answer", "headers": {
                    "Upload-Offset": _header("integer", "How many bytes have arrived"),
                    "Upload-Length": _header("integer", "How many the file has"),
                    "Upload-Expires": _header("string", "Until when it is kept if nothing more arrives"),
                    "Upload-Metadata": _header("string", "As it was sent when the upload began"),
                    **{name: {"$ref": f"#/components/headers/{name}"} for name in (*SHARES, "X-Request-ID")},
                }},
                **dict(sorted(_refusals(got, result).items())),
            },
        }  # fmt: skip
    return result


def _header(kind: str, description: str) -> dict[str, Any]:
    return {"schema": {"type": kind}, "description": description}


def _refusals(got: dict[str, Any], result: dict[str, Any]) -> dict[str, Any]:
    """Those of GET and its own, without a body."""
    shared = result["components"]["responses"]
    found = {status: shared[one["$ref"].rpartition("/")[2]] if "$ref" in one else one for status, one in got["responses"].items()}
    codes = {status: tuple(one.get("x-codes", ())) for status, one in found.items() if status >= "400"}
    return {status: _without_body(status, dict.fromkeys((*REFUSED.get(status, ()), *codes.get(status, ()))))
            for status in codes.keys() | REFUSED.keys()}  # fmt: skip


def _without_body(status: str, codes: Iterable[str]) -> dict[str, Any]:
    names = (*SENT_WITH.get(status, ()), "X-Request-ID")
    return {
        "description": problems.TITLES[int(status)], "x-codes": [*codes],
        "headers": {name: {"$ref": f"#/components/headers/{name}"} for name in names},
    }  # fmt: skip
