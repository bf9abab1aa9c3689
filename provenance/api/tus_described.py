"""What the generator of the description passes over: HEAD, by which tus asks how far an upload is."""

from typing import Any

from registry import problems

ADDRESS = "/api/v1/uploads/{upload}"
REFUSED = (400, 401, 403, 404, 410, 412, 423, 429, 500, 503)


def with_head(result: dict[str, Any], generator: Any, request: Any, public: bool) -> dict[str, Any]:
    """A postprocessing hook: HEAD beside GET, with the headers that answer it."""
    path = result.get("paths", {}).get(ADDRESS)
    if path:
        got = path["get"]
        path["head"] = {
            "operationId": "stand_of_upload", "summary": "How far an upload is", "tags": got["tags"], "security": got["security"],
            "description": "How far an upload is, exactly: a request that adds to it and has fallen silent makes room first.",
            "parameters": [*got["parameters"], {
                "in": "header", "name": "Tus-Resumable", "schema": {"type": "string", "enum": ["1.0.0"]},
                "description": "The version of tus; 1.0.0",
            }],
            "responses": {
                "200": {"description": "No body; the headers answer", "headers": {
                    "Upload-Offset": _header("integer", "How many bytes have arrived"),
                    "Upload-Length": _header("integer", "How many the file has"),
                    "Upload-Expires": _header("string", "Until when it is kept if nothing more arrives"),
                    "Upload-Metadata": _header("string", "As it was sent when the upload began"),
                }},
                **{str(status): _without_body(status) for status in REFUSED},
            },
        }  # fmt: skip
    return result


def _header(kind: str, description: str) -> dict[str, Any]:
    return {"schema": {"type": kind}, "description": description}


def _without_body(status: int) -> dict[str, Any]:
    """What HEAD answers has no body, and neither have its refusals."""
    return {"description": problems.TITLES[status], "headers": {"X-Request-ID": {"$ref": "#/components/headers/X-Request-ID"}}}
