"""How the interface describes itself (OpenAPI 3.1): tokens, scopes, and problem documents for every refusal."""

from typing import Any

from django.conf import settings
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema

from registry import problems

PROBLEM = {
    "type": "object",
    "description": "Why a request was refused (RFC 9457).",
    "required": ["type", "title", "status", "detail", "code", "instance", "request_id", "errors"],
    "properties": {
        "type": {"type": "string", "format": "uri", "description": "Where this kind of problem is explained"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "What was asked, what was found, what would be needed"},
        "code": {"type": "string", "description": "Stable, such as consent.no_grant"},
        "instance": {"type": "string"},
        "request_id": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["pointer", "code", "detail"],
                "properties": {
                    "pointer": {
                        "type": "string",
                        "description": "JSON pointer (RFC 6901) into what was sent, or / and the name of a parameter",
                    },
                    "code": {"type": "string"},
                    "detail": {"type": "string"},
                },
            },
        },
    },
    "additionalProperties": True,
}
# Every POST of a program may have it (registry.api.again).
IDEMPOTENCY_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "Your own name for this request, such as a UUID: 1 to 255 visible ASCII characters. Sent again within 24 "
    "hours under the same key, it is not carried out again: its first answer is given once more, with "
    "`Idempotent-Replayed: true`. 409 while it is being carried out, 422 for another address or body.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 257},
    "example": "8e03978e-40d5-43dd-bc93-6894a57f9324",
}
HEADERS = {
    "RateLimit": {
        "description": "What is left of each share (r), and in how many seconds it is whole again (t)",
        "schema": {"type": "string"},
        "example": '"client";r=1187;t=42',
    },
    "RateLimit-Policy": {
        "description": "How many requests (q) are answered within how many seconds (w)",
        "schema": {"type": "string"},
        "example": '"client";q=1200;w=60',
    },
    "Retry-After": {"description": "Seconds to wait before asking again", "schema": {"type": "integer"}},
}
WAITS = ("429", "503")
REFERENCE = "#/components"
# What any request may meet; views describe what is particular to them.
ANYWHERE = ("400", "429", "500", "503")
WITH_A_TOKEN = ("401", "403")
UNDER_A_KEY = ("409", "422")


class ClientCredentials(OpenApiAuthenticationExtension):
    target_class = "registry.permissions.ClientCredentialsAuthentication"
    name = "clientCredentials"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, Any]:
        flow = {"tokenUrl": "/api/v1/oauth/token", "scopes": settings.SCOPES}
        return {"type": "oauth2", "flows": {"clientCredentials": flow}}


class Described(AutoSchema):
    """An operation names the scope that its permission asks for."""

    def get_auth(self) -> list[dict[str, list[str]]]:
        scopes = [scope for permission in self.view.get_permissions() if (scope := getattr(permission, "scope", None))]
        return [{name: scopes for name in entry} for entry in super().get_auth()]


def problems_everywhere(result: dict[str, Any], generator: Any, request: Any, public: bool) -> dict[str, Any]:
    """A postprocessing hook: every operation may answer with a problem document, and says for which statuses; and what is
    so of every answer, or of every POST, is said of each."""
    components = result.setdefault("components", {})
    components.setdefault("schemas", {})["Problem"] = PROBLEM
    components.setdefault("parameters", {})["IdempotencyKey"] = IDEMPOTENCY_KEY
    components.setdefault("headers", {}).update(HEADERS)
    for path in result.get("paths", {}).values():
        for method, operation in path.items():
            known = any(operation.get("security", []))
            keyed = known and method == "post"
            for status in ANYWHERE + (WITH_A_TOKEN if known else ()) + (UNDER_A_KEY if keyed else ()):
                operation["responses"].setdefault(status, refusal(int(status)))
            if keyed:
                operation.setdefault("parameters", []).append({"$ref": f"{REFERENCE}/parameters/IdempotencyKey"})
            for status, response in operation["responses"].items():
                names = (("RateLimit", "RateLimit-Policy") if known and str(status) < "300" or str(status) == "429" else ())
                names += ("Retry-After",) if str(status) in WAITS else ()
                for name in names:
                    response.setdefault("headers", {})[name] = {"$ref": f"{REFERENCE}/headers/{name}"}
    return result


def refusal(status: int) -> dict[str, Any]:
    content = {problems.MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {"description": problems.TITLES[status], "content": content}
