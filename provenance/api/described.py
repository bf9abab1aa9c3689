"""What the description of the interface says of each operation beyond its shapes: examples, and the codes of its refusals.

Views that say this themselves (`examples=[…]`, `refusal(422, "…")`) need no entry. A code that ends in `.*` stands for a
family, whose members /problems/ explains.
"""

from typing import Any

SHA256 = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
AT, LATER = "2026-07-14T09:41:00Z", "2026-07-14T09:41:15Z"
ASSET, PRODUCTION, PERSON = "ast_2nVbYk8mQ0aTtV2Lx9cKbW", "prd_4fQ1mZ8s0aTtV2Lx9cKbWw", "per_7cRt1Zp8QmVw0Xy2LkJhGg"
DECISION, CREDENTIAL = "dec_9kLmN0pQrStUvWxYz1A2bC", "crd_4tXc0m9Q0mH2dJr8Tn5v1A"
HERE = "https://registry.example/api/v1"

DECLARED = (
    '{"version": 1, "production": "prd_4fQ1mZ8s0aTtV2Lx9cKbWw", "unit": "sh114", "title": "harbor_sh114_v07.jpg", '
    '"operations": [{"id": "op-1", "element": "picture", "technique": "cleanup", "tool": {"name": "Nuke"}, "whole": true}]}'
)
BRIEF = {
    "id": ASSET, "production": PRODUCTION, "title": "harbor_sh114_v07.jpg", "state": "received", "sha256": SHA256,
    "size": 61440, "media_type": "image/jpeg", "received_at": AT, "changed_at": AT,
}  # fmt: skip
TOLD = BRIEF | {
    "decision": DECISION, "problem": None, "sequence": None, "extent": None,
    "history": [{"at": AT, "event": "received", "text": "Received; it waits to be signed."}],
    "links": {"self": f"{HERE}/assets/{ASSET}", "evidence": f"{HERE}/assets/{ASSET}/evidence"},
}  # fmt: skip
SIGNED = TOLD | {
    "state": "signed", "changed_at": LATER, "extent": {"state": "stated"},
    "history": [*TOLD["history"], {"at": LATER, "event": "signed", "text": "Signed and released."}],
    "links": {**TOLD["links"], "content": f"{HERE}/assets/{ASSET}/content",
              "credential": f"https://registry.example/c/{CREDENTIAL}"},
}  # fmt: skip
TODAY = {"outcome": "permit", "same": False, "by_territory": {"DE": "permit"}, "asked_at": "2026-11-02T09:00:00.000000Z"}
CLEARANCE = {
    "id": DECISION, "outcome": "review", "by_territory": {"GB": "permit", "DE": "review"},
    "reasons": [{
        "code": "consent.outside_scope", "severity": "review", "depiction": "mira", "modality": "face", "territories": ["DE"],
        "text": "Consent for de-aging of M. Vale's face does not reach Germany.",
        "to_clear": "An extension of the consent to Germany.",
    }],
    "obligations": [], "advice": [], "missing_facts": [], "to_clear": ["An extension of the consent to Germany."],
    "as_of": AT, "decided_at": AT, "engine_version": "1", "territory_set_version": "2026-01", "hash": SHA256,
    "packs": [{"id": "core", "version": "1", "hash": SHA256, "mode": "enforcing"}],
}  # fmt: skip
EVIDENCE = {
    "id": "evi_3bNmQ8xYz0aTtV2Lx9cKbW", "operation": "op-1", "kind": "difference", "sha256": SHA256, "size": 61440,
    "media_type": "image/jpeg", "asset": None, "output_sha256": "", "received_at": AT,
}  # fmt: skip
CONCLUSIONS = {
    name: {"state": state, "text": text}
    for name, state, text in (
        ("integrity", "intact", "Nothing was changed since it was signed."),
        ("signature", "valid", "The signature holds."),
        ("trust", "trusted", "The signer is on this registry's list."),
        ("time_stamp", "present", "It was signed no later than 14 July 2026."),
        ("registry", "known", "This registry released it."),
        ("extent", "stated", "AI altered part of the picture."),
        ("consent", "confirmed", "Consent was on file when it was signed, and is today."),
        ("ingredients", "none", "It names nothing that it was made from."),
    )
}
REPORT = {
    "file": "harbor_sh114_v07.jpg", **CONCLUSIONS,
    "codes": {"success": ["claimSignature.validated"], "informational": [], "failure": []},
    "engine": {"name": "c2pa", "version": "0.90", "trust_list": None, "checked_at": AT},
}  # fmt: skip
STATES = {name: one["state"] for name, one in CONCLUSIONS.items()}
CHECKED = {"results": [
    {"sha256": SHA256, "state": "known", "conclusions": STATES, "credential": CREDENTIAL,
     "page": f"https://registry.example/c/{CREDENTIAL}", "signed_by": "Northlight Pictures", "signed_at": AT,
     "extent": {"state": "stated", "band": "minor", "text": "AI altered part of the picture.", "elements": []},
     "consent": {"at_signing": "confirmed", "now": "confirmed", "may_continue": True, "text": "On file."},
     "withdrawn_on": None},
    {"sha256": "0" * 64, "state": "unknown", "conclusions": STATES | {"integrity": "unreadable", "registry": "unknown"},
     "credential": None, "page": None, "signed_by": None, "signed_at": None, "extent": None, "consent": None,
     "withdrawn_on": None},
]}  # fmt: skip
REFUSED_TOKEN = {
    "error": "invalid_client", "error_description": "The client id or its secret is wrong, or the client was revoked.",
    "type": "https://registry.example/problems/client.invalid_client", "title": "Who asks is not known", "status": 400,
    "code": "client.invalid_client", "detail": "The client id or its secret is wrong, or the client was revoked.",
    "instance": "/api/v1/oauth/token", "request_id": "4f1c2d7e9b6a4a0f8f3e2d1c0b9a8f7e", "errors": [],
}  # fmt: skip
TOKEN = {"access_token": "c8PzS…", "expires_in": 900, "token_type": "Bearer", "scope": "assets:read assets:write"}

FORM, JSON = "multipart/form-data", "application/json"
# Of a file that is read: why it may not be.
UNREADABLE = ("media.*",)

# By operation: its summary; a description where its view has none; request examples by media type; answers by status;
# codes of its own, and headers, by status.
OPERATIONS: dict[str, dict[str, Any]] = {
    "list_assets": {"summary": "List your assets", "answers": {"200": {"next": None, "previous": None, "results": [BRIEF]}}},
    "send_asset": {
        "summary": "Send a file to be signed",
        "asked": {FORM: {"file": "(the file)", "declaration": DECLARED}},
        "answers": {"202": TOLD}, "headers": {"202": ("Location",)},
        "codes": {
            "403": ("consent.*", "desk.role"), "409": ("asset.*",), "413": ("media.*",), "415": ("media.*",),
            "422": ("declaration.*", "asset.no_file", "production.unknown", "consent.*", "manifest.*", "extent.*",
                    "provenance.*", "request.*", *UNREADABLE),
            "503": ("signing.*", "media.*"),
        },
    },
    "read_asset": {"summary": "Read where an asset stands", "answers": {"200": SIGNED}, "codes": {"404": ("asset.unknown",)}},
    "answer_in_sandbox": {
        "answers": {"200": SIGNED},
        "codes": {"403": ("client.*",), "404": ("asset.unknown",), "409": ("asset.*",)},
    },
    "fetch_content": {
        "summary": "Fetch the signed file", "codes": {"404": ("asset.unknown",), "409": ("asset.not_signed",)},
    },
    "fetch_sidecar": {
        "summary": "Fetch the credentials kept beside a file",
        "codes": {"404": ("asset.unknown", "asset.no_sidecar"), "409": ("asset.not_signed",)},
    },
    "list_evidence": {
        "summary": "List what an asset is measured by", "answers": {"200": {"sent": [EVIDENCE], "measured": []}},
        "codes": {"404": ("asset.unknown",)},
    },
    "send_evidence": {
        "summary": "Send the plate or matte of an operation",
        "asked": {FORM: {"operation": "op-1", "kind": "difference", "file": "(the plate)"}},
        "answers": {"201": EVIDENCE},
        "codes": {
            "404": ("asset.unknown",), "412": ("request.precondition",),
            "409": ("asset.*", "extent.*"), "413": ("media.*",), "415": ("media.*",),
            "422": ("extent.*", "declaration.*", "request.*", *UNREADABLE), "503": ("media.*",),
        },
    },
    "ask_clearance": {
        "summary": "Ask whether something would be covered",
        "asked": {JSON: {
            "production": PRODUCTION, "units": ["sh114"], "territories": ["GB", "DE"],
            "depictions": [{"id": "mira", "person": PERSON, "role": "target_likeness", "modality": "face", "use": "de_aging"}],
        }},
        "answers": {"201": CLEARANCE}, "headers": {"201": ("Location",)},
        "description": "Before the work is done: would consent cover this use of these people, in these places, at that moment? "
        "The answer is kept with all it stood on, and its id may be quoted. It says what would clear what is not covered.",
        "codes": {"404": ("production.unknown",), "422": ("consent.*", "declaration.unknown_person", "declaration.unknown_unit")},
    },
    "read_clearance": {
        "summary": "Read an answer again",
        "description": "As it was given, which does not change; and in `today`, what it would be now. Ask anew to learn why.",
        "answers": {"200": CLEARANCE | {"today": TODAY}}, "codes": {"404": ("clearance.unknown",)},
    },
    "list_frames": {"codes": {"404": ("asset.*",)}},
    "fetch_sequence_index": {"codes": {"404": ("asset.*",)}},
    "list_samples": {"codes": {"403": ("client.not_sandbox",)}},
    "fetch_sample": {"codes": {"403": ("client.not_sandbox",)}},
    "ask_clearances": {"codes": {"422": ("clearance.*", "consent.*", "declaration.*")}},
    "fetch_frame": {"codes": {"404": ("asset.*",), "409": ("asset.not_signed",)}},
    **{name: {"codes": {status: ("upload.*",) for status in statuses}} for name, statuses in {
        "begin_upload": ("400", "409", "412", "413", "422", "423", "429", "460", "503"),
        "read_upload": ("404", "410"),
        "continue_upload": ("400", "404", "409", "410", "412", "413", "423", "460", "503"),
        "end_upload": ("404", "410", "412", "423"),
        "address_parts": ("404", "409", "410", "422"),
        "join_parts": ("404", "409", "410", "422", "460"),
    }.items()},
    "follow_disclosures": {"summary": "Follow what changed"},
    "read_disclosure": {"summary": "Read what is told of a credential", "codes": {"404": ("credential.*",)},
                        "headers": {"200": ("ETag",), "304": ("ETag",)}},
    "read_status_list": {
        "codes": {"422": ("status_list.position",), "503": ("key.receipts",)}, "headers": {"200": ("ETag",), "304": ("ETag",)},
    },
    "read_disclosures_by_hash": {"summary": "Look up files by their fingerprints"},
    "fetch_token": {
        "asked": {"application/x-www-form-urlencoded": {
            "grant_type": "client_credentials", "client_id": "parallax-farm", "client_secret": "(the secret)",
        }},
        "answers": {"200": TOKEN, "400": REFUSED_TOKEN, "401": REFUSED_TOKEN | {"status": 401}},
        "codes": {"400": ("client.*",), "401": ("client.*",), "422": ("request.*",)},
    },
    "list_productions": {
        "summary": "List the productions you work on",
        "answers": {"200": {"next": None, "previous": None, "results": [
            {"id": PRODUCTION, "title": "Harbor", "kind": "feature"},
        ]}},
    },
    "read_production": {
        "summary": "Read a production: its shots, and whom you may depict",
        "answers": {"200": {
            "id": PRODUCTION, "title": "Harbor", "kind": "feature", "studio": "Northlight Pictures",
            "intended_release": {"territories": ["WORLD"], "media": ["theatrical", "svod"], "languages": ["en"]},
            "units": [{"code": "sh114", "kind": "shot", "description": "The harbour at dusk"}],
            "people": [{"id": PERSON, "alias": "M. Vale"}],
        }},
        "codes": {"404": ("production.unknown",)},
    },
    "check_file": {
        "summary": "Check a file, or many by their fingerprints",
        "asked": {FORM: {"file": "(the file)"}, JSON: {"sha256": [SHA256, "0" * 64]}}, "answers": {"200": REPORT, "207": CHECKED},
        "headers": {"200": ("Link",)},
        "codes": {"413": ("media.*",), "415": ("media.*",), "422": ("request.*", "verification.*", *UNREADABLE),
                  "503": ("media.*",)},
    },
    "check_fingerprint": {
        "summary": "Check a file by its fingerprint", "answers": {"200": REPORT}, "codes": {"422": ("verification.fingerprint",)},
        "headers": {"200": ("ETag",), "304": ("ETag",)},
    },
    "check_declaration": {
        "asked": {FORM: {"declaration": DECLARED, "file": "(the file)"}},
        "codes": {"422": ("declaration.missing", "declaration.not_json", "request.*", "upload.*", *UNREADABLE),
                  "413": ("media.*",), "415": ("media.*",), "503": ("media.*",)},
    },
    "suggest_declaration": {
        "asked": {FORM: {"file": "(the file)"}},
        "codes": {"422": ("asset.no_file", "request.*", "upload.*", *UNREADABLE), "413": ("media.*",), "415": ("media.*",),
                  "503": ("media.*",)},
    },
}  # fmt: skip


def completed(result: dict[str, Any], generator: Any, request: Any, public: bool) -> dict[str, Any]:
    """A postprocessing hook, before that which tells the refusals."""
    for item in result.get("paths", {}).values():
        for operation in item.values():
            more = OPERATIONS.get(operation["operationId"], {})
            if "description" in more:
                operation["description"] = operation.get("description") or more["description"]
            operation["summary"] = more.get("summary", operation.get("summary", ""))
            for kind, value in more.get("asked", {}).items():
                _example(operation.get("requestBody", {}).get("content", {}).get(kind), value)
            for status, value in more.get("answers", {}).items():
                _example(operation["responses"].get(status, {}).get("content", {}).get(JSON), value)
            for status, names in more.get("headers", {}).items():
                headers = operation["responses"].get(status, {}).setdefault("headers", {})
                headers |= {name: {"$ref": f"#/components/headers/{name}"} for name in names}
            for status, codes in more.get("codes", {}).items():
                response = operation["responses"].setdefault(status, {"description": "", "content": {}})
                response["x-codes"] = [*response.get("x-codes", ()), *codes]
    return result


def _example(content: dict[str, Any] | None, value: Any) -> None:
    if content is not None and "examples" not in content:
        content["example"] = value
