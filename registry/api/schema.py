"""How the interface describes itself (OpenAPI 3.1): tokens, scopes, and problem documents for every refusal."""

import json
from collections.abc import Mapping
from importlib import resources
from typing import Any

from django.conf import settings
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter

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
    "examples": [{
        "type": "https://registry.example/problems/declaration.unknown_term", "title": "What was sent cannot be accepted",
        "status": 422, "code": "declaration.unknown_term", "instance": "/api/v1/assets",
        "detail": "'deaging' is not a known term: did you mean de_aging?", "request_id": "req_4f1c2d7e9b6a4a0f8f3e2d",
        "errors": [{
            "pointer": "/operations/0/technique", "code": "declaration.unknown_term",
            "detail": "'deaging' is not a known term: did you mean de_aging?",
        }],
    }],
}  # fmt: skip
# What any request may meet, with the codes that say so; views describe what is particular to them.
ANYWHERE = {
    "400": ("request.malformed", "request.parameter", "request.interrupted"),
    "406": ("request.not_acceptable",),
    "429": ("client.too_many_requests",),
    "500": ("service.error",),
    "503": ("service.unavailable", "service.full", "media.busy"),
}
WITH_A_TOKEN = {"401": ("client.unauthenticated", "client.bad_token"), "403": ("client.scope", "client.not_allowed")}
WITH_A_BODY = {
    "413": ("request.too_large", "media.too_large"),
    "415": ("request.media_type",),
    "422": ("request.invalid", "request.no_length"),
}
UNDER_A_KEY = {"400": ("request.key_malformed",), "409": ("request.key_in_use",), "422": ("request.key_reused",)}
WITH_A_NAME = {"404": ("request.not_found",)}  # of something in the address, or with a cursor that nobody gave out

HEADERS: dict[str, dict[str, Any]] = {
    "RateLimit": {
        "description": "What is left of each share (r), and in how many seconds it is whole again (t)",
        "schema": {"type": "string"}, "example": '"client";r=1187;t=42',
    },
    "RateLimit-Policy": {
        "description": "How many requests (q) are answered within how many seconds (w)", "schema": {"type": "string"},
        "example": '"client";q=1200;w=60',
    },
    "Retry-After": {"description": "How many seconds to wait before it is tried again", "schema": {"type": "integer"}},
    "WWW-Authenticate": {"description": "How to authenticate, or the scope that is missing", "schema": {"type": "string"}},
    "Location": {"description": "Where what was made can be read", "schema": {"type": "string", "format": "uri"}},
    "ETag": {"description": "Which version this is, for If-None-Match", "schema": {"type": "string"}},
    "Link": {"description": "Where what was made is kept, with its relation (RFC 8288)", "schema": {"type": "string"}},
    "X-Request-ID": {"description": "By which an operator finds this request", "schema": {"type": "string"}},
}  # fmt: skip
SHARES = ("RateLimit", "RateLimit-Policy")
SENT_WITH = {"401": ("WWW-Authenticate",), "429": ("Retry-After", *SHARES), "503": ("Retry-After",)}


# For `parameters=[…]` of a view that sends them.
LOCATION = OpenApiParameter(
    "Location", OpenApiTypes.URI, OpenApiParameter.HEADER, response=[201, 202], description="Where what was made can be read"
)
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
# Every GET of a program that is answered in JSON may have it (registry.api.conditional).
IF_NONE_MATCH = {
    "name": "If-None-Match",
    "in": "header",
    "required": False,
    "description": "The ETag of the answer you have: 304 if it is still right",
    "schema": {"type": "string"},
    "example": '"2c26b46b68ffc68ff99b453c1d304134"',
}
NOT_MODIFIED = {
    "description": "It is as it was when the ETag sent in If-None-Match was given",
    "headers": {name: {"$ref": f"#/components/headers/{name}"} for name in ("ETag", "X-Request-ID")},
}


class ClientCredentials(OpenApiAuthenticationExtension):
    target_class = "registry.permissions.ClientCredentialsAuthentication"
    name = "clientCredentials"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, Any]:
        flow = {"tokenUrl": "/api/v1/oauth/token", "scopes": settings.SCOPES}
        return {"type": "oauth2", "flows": {"clientCredentials": flow}}


class Described(AutoSchema):
    """An operation names the scope that its permission asks for, and has a summary: its own, or its id in words."""

    def get_auth(self) -> list[dict[str, list[str]]]:
        scopes = [scope for permission in self.view.get_permissions() if (scope := getattr(permission, "scope", None))]
        return [{name: scopes for name in entry} for entry in super().get_auth()]

    def get_summary(self) -> str:
        return super().get_summary() or self.get_operation_id().replace("_", " ").capitalize()


def refusal(status: int, *codes: str) -> dict[str, Any]:
    """For `responses` of a view: a problem document of this status, and the codes that are this operation's own."""
    return {"x-codes": [*codes], "x-status": status}


def problems_everywhere(result: dict[str, Any], generator: Any, request: Any, public: bool) -> dict[str, Any]:
    """A postprocessing hook: every operation may answer with a problem document, and says for which statuses and codes.

    What is the same for all stands once, in components/responses.
    """
    components = result.setdefault("components", {})
    components.setdefault("schemas", {})["Problem"] = PROBLEM
    components["headers"] = HEADERS
    components.setdefault("parameters", {}).update(IdempotencyKey=IDEMPOTENCY_KEY, IfNoneMatch=IF_NONE_MATCH)
    shared: dict[str, dict[str, Any]] = components.setdefault("responses", {})
    shared["NotModified"] = NOT_MODIFIED
    for path, item in result.get("paths", {}).items():
        for method, operation in item.items():
            responses, common = operation["responses"], _common(path, method, operation)
            if _keyed(method, operation):
                operation.setdefault("parameters", []).append({"$ref": "#/components/parameters/IdempotencyKey"})
            if _conditional(method, operation):
                operation.setdefault("parameters", []).append({"$ref": "#/components/parameters/IfNoneMatch"})
                responses["200"].setdefault("headers", {})["ETag"] = {"$ref": "#/components/headers/ETag"}
                responses["304"] = {"$ref": "#/components/responses/NotModified"}
            for status in {*common, *(status for status in responses if status >= "400")}:
                responses[status] = _refusal(status, responses.get(status), common.get(status, ()), shared)
            for status, response in responses.items():
                if "$ref" not in response:
                    for name in SHARES if status < "300" and any(operation.get("security", [])) else ():
                        response.setdefault("headers", {})[name] = {"$ref": f"#/components/headers/{name}"}
                    response["description"] = response.get("description") or ANSWERED.get(status, "Answered")
                    response.setdefault("headers", {})["X-Request-ID"] = {"$ref": "#/components/headers/X-Request-ID"}
            operation["responses"] = dict(sorted(responses.items()))
    components["responses"] = dict(sorted(shared.items()))
    return result


ANSWERED = {"200": "As asked", "201": "Made and kept", "202": "Accepted", "204": "Done; there is nothing to tell"}


def _keyed(method: str, operation: Mapping[str, Any]) -> bool:
    """Whether it may be sent again under an Idempotency-Key: every POST of a program (registry.api.again)."""
    return method == "post" and any(operation.get("security", []))


def _conditional(method: str, operation: Mapping[str, Any]) -> bool:
    """Whether its answer has an ETag: every JSON document that a program gets (registry.api.conditional), and who says so."""
    told = operation["responses"]
    kinds = told.get("200", {}).get("content", {})
    return method == "get" and ("304" in told or (any(operation.get("security", [])) and set(kinds) == {"application/json"}))


def _common(path: str, method: str, operation: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    common = ANYWHERE | (WITH_A_TOKEN if any(operation.get("security", [])) else {})
    paged = any(one.get("name") == "cursor" for one in operation.get("parameters", ()))
    common = common | (WITH_A_BODY if "requestBody" in operation else {}) | (WITH_A_NAME if "{" in path or paged else {})
    keyed = UNDER_A_KEY if _keyed(method, operation) else {}
    return common | {status: (*common.get(status, ()), *codes) for status, codes in keyed.items()}


def _refusal(
    status: str, said: dict[str, Any] | None, common: tuple[str, ...], shared: dict[str, dict[str, Any]]
) -> dict[str, Any]:
    """What a view said of a refusal, by `refusal` or in words of its own, with what is common; another form is left alone."""
    content = (said or {}).get("content", {})
    shapes = [one.get("schema", {}) for one in content.values()]
    own = [*(said or {}).get("x-codes", ()), *(code for shape in shapes for code in shape.get("x-codes", ()))]
    examples = next((one["examples"] for one in content.values() if "examples" in one), None)
    description = (said or {}).get("description", "")
    if any(shape.get("type") != "object" and "x-status" not in shape and shape != PROBLEM_SHAPE for shape in shapes if shape):
        told = _problem(status, _without_repeating((*own, *common)))
        return told | {"description": description or told["description"], "content": {**content, **told["content"]}}
    if own or examples or description or not common:
        told = _problem(status, _without_repeating((*own, *common)), description, example=False)
        if examples:
            told["content"][problems.MEDIA_TYPE] = {"schema": PROBLEM_SHAPE, "examples": examples}
        return told
    under_a_key = any(code in common for code in UNDER_A_KEY.get(status, ()))
    name = f"Problem{status}{'UnderAKey' if under_a_key else ''}"
    shared.setdefault(name, _problem(status, common))
    return {"$ref": f"#/components/responses/{name}"}


PROBLEM_SHAPE = {"$ref": "#/components/schemas/Problem"}


def _without_repeating(codes: tuple[str, ...]) -> tuple[str, ...]:
    """Each code once, and none whose whole family (`media.*`) is named."""
    families = {code[:-1] for code in codes if code.endswith(".*")}
    return tuple(dict.fromkeys(
        code for code in codes if code.endswith(".*") or code.partition(".")[0] + "." not in families
    ))  # fmt: skip


def _problem(status: str, codes: tuple[str, ...], description: str = "", *, example: bool = True) -> dict[str, Any]:
    title = description or problems.TITLES[int(status)]
    told: dict[str, Any] = {
        "description": f"{title}: {', '.join(f'`{code}`' for code in codes)}" if codes else title,
        "x-codes": [*codes],
        "content": {problems.MEDIA_TYPE: {"schema": PROBLEM_SHAPE}},
        "headers": {name: {"$ref": f"#/components/headers/{name}"} for name in (*SENT_WITH.get(status, ()), "X-Request-ID")},
    }
    whole = next((code for code in codes if not code.endswith("*")), None)
    if whole and example:
        told["content"][problems.MEDIA_TYPE] = {"schema": PROBLEM_SHAPE, "example": _example(int(status), whole)}
    return told


def _example(status: int, code: str) -> dict[str, Any]:
    return {
        "type": f"https://registry.example/problems/{code}", "title": problems.TITLES[status], "status": status,
        "detail": problems.SENTENCES.get(code, problems.TITLES[status] + "."), "code": code, "instance": "/api/v1/…",
        "request_id": "req_4f1c2d7e9b6a4a0f8f3e2d", "errors": [],
    }  # fmt: skip


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
