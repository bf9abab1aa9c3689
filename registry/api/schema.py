"""How the interface describes itself (OpenAPI 3.1): tokens, scopes, and problem documents for every refusal."""

import json
from importlib import resources
from typing import Any

from django.conf import settings
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema

from registry import problems
from registry.webhooks import events

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
# What any request may meet; views describe what is particular to them.
ANYWHERE = ("400", "429", "500", "503")
WITH_A_TOKEN = ("401", "403")


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
    """A postprocessing hook: every operation may answer with a problem document, and says for which statuses."""
    result.setdefault("components", {}).setdefault("schemas", {})["Problem"] = PROBLEM
    for path in result.get("paths", {}).values():
        for operation in path.values():
            statuses = ANYWHERE + (WITH_A_TOKEN if any(operation.get("security", [])) else ())
            for status in statuses:
                operation["responses"].setdefault(status, refusal(int(status)))
    return result


def webhooks(result: dict[str, Any], generator: Any, request: Any, public: bool) -> dict[str, Any]:
    """A postprocessing hook: what is sent to a webhook, by the type of its event (OpenAPI 3.1 `webhooks`)."""
    told = events.EVENTS | {events.TEST: "It was asked for, and says only that messages arrive."}
    for kind in told:
        result["components"]["schemas"].setdefault(_name(kind), _payload(kind))
    result["webhooks"] = {kind: {"post": _delivered(kind, sentence)} for kind, sentence in told.items()}
    return result


def _name(kind: str) -> str:
    return f"Webhook{events.family(kind).title()}"


def _payload(kind: str) -> dict[str, Any]:
    """The published JSON Schema of a family, as a component."""
    file = resources.files("registry").joinpath("schemas", events.schema(kind).rpartition("/")[2])
    return {name: value for name, value in json.loads(file.read_text(encoding="utf-8")).items() if name[0] != "$"}


def _delivered(kind: str, sentence: str) -> dict[str, Any]:
    headers = {
        "webhook-id": "The same for every attempt: what was seen before is not done again",
        "webhook-timestamp": "When this attempt was made, in seconds since 1970",
        "webhook-signature": "`v1,` and base64 of HMAC-SHA256; two of them, separated by a space, after a rotation",
    }
    return {
        "operationId": f"receive_{kind.replace('.', '_')}", "summary": sentence, "tags": ["webhooks"], "security": [],
        "parameters": [
            {"name": name, "in": "header", "required": True, "description": words, "schema": {"type": "string"}}
            for name, words in headers.items()
        ],
        "requestBody": {
            "required": True, "content": {"application/json": {"schema": {"$ref": f"#/components/schemas/{_name(kind)}"}}},
        },
        "responses": {
            "2XX": {"description": "Taken. Anything else, and nothing within fifteen seconds, is tried again"},
            "410": {"description": "Gone: the webhook is disabled"},
        },
    }  # fmt: skip


def refusal(status: int) -> dict[str, Any]:
    content = {problems.MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {"description": problems.TITLES[status], "content": content}
