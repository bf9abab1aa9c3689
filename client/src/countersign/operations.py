"""Every operation that this client calls, as docs/openapi.yaml describes it: a test holds one against the other."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote


@dataclass(frozen=True)
class Operation:
    """`id` is the operationId; `query` are the parameters that may be sent; `since` marks what older registries lack."""

    id: str
    method: str
    path: str
    query: tuple[str, ...] = ()
    public: bool = False
    newer: bool = False

    def address(self, *given: str) -> str:
        """The path with what stands in braces filled in, in order."""
        path, rest = "", self.path
        for value in given:
            before, _, rest = rest.partition("{")
            path += before + quote(value, safe="")
            rest = rest.partition("}")[2]
        return path + rest


FETCH_TOKEN = Operation("fetch_token", "POST", "/api/v1/oauth/token", public=True)
LIST_PRODUCTIONS = Operation("list_productions", "GET", "/api/v1/productions", ("cursor", "page_size"))
READ_PRODUCTION = Operation("read_production", "GET", "/api/v1/productions/{production}")
ASK_CLEARANCE = Operation("ask_clearance", "POST", "/api/v1/clearances")
READ_CLEARANCE = Operation("read_clearance", "GET", "/api/v1/clearances/{clearance}")
LIST_ASSETS = Operation(
    "list_assets", "GET", "/api/v1/assets", ("cursor", "page_size", "production", "sha256", "state")
)
SEND_ASSET = Operation("send_asset", "POST", "/api/v1/assets")
READ_ASSET = Operation("read_asset", "GET", "/api/v1/assets/{asset}")
FETCH_CONTENT = Operation("fetch_content", "GET", "/api/v1/assets/{asset}/content")
FETCH_SIDECAR = Operation("fetch_sidecar", "GET", "/api/v1/assets/{asset}/sidecar")
LIST_EVIDENCE = Operation("list_evidence", "GET", "/api/v1/assets/{asset}/evidence")
SEND_EVIDENCE = Operation("send_evidence", "POST", "/api/v1/assets/{asset}/evidence")
READ_DISCLOSURE = Operation("read_disclosure", "GET", "/api/v1/disclosures/{credential}", ("lang",), public=True)
CHECK_FILE = Operation("check_file", "POST", "/api/v1/verifications", public=True)
CHECK_FINGERPRINT = Operation("check_fingerprint", "GET", "/api/v1/verifications/by-hash/{sha256}", public=True)

# What registries before this client's own version lack; a test passes these over where the document has none of them.
BEGIN_UPLOAD = Operation("begin_upload", "POST", "/api/v1/uploads", newer=True)
READ_UPLOAD = Operation("read_upload", "GET", "/api/v1/uploads/{upload}", newer=True)
STAND_OF_UPLOAD = Operation("stand_of_upload", "HEAD", "/api/v1/uploads/{upload}", newer=True)
CONTINUE_UPLOAD = Operation("continue_upload", "PATCH", "/api/v1/uploads/{upload}", newer=True)
ADDRESS_PARTS = Operation("address_parts", "POST", "/api/v1/uploads/{upload}/parts", newer=True)
JOIN_PARTS = Operation("join_parts", "POST", "/api/v1/uploads/{upload}/complete", newer=True)
ASK_CLEARANCES = Operation("ask_clearances", "POST", "/api/v1/clearances/batch", ("production", "release_on"), newer=True)
FETCH_SEQUENCE_INDEX = Operation("fetch_sequence_index", "GET", "/api/v1/assets/{asset}/sequence", newer=True)
SUGGEST_DECLARATION = Operation("suggest_declaration", "POST", "/api/v1/suggestions", newer=True)
CHECK_DECLARATION = Operation("check_declaration", "POST", "/api/v1/declarations/check", newer=True)
LIST_WEBHOOKS = Operation("list_webhooks", "GET", "/api/v1/webhooks", ("cursor", "page_size"), newer=True)
TEST_WEBHOOK = Operation("test_webhook", "POST", "/api/v1/webhooks/{webhook}/test", newer=True)
LIST_WEBHOOK_DELIVERIES = Operation(
    "list_webhook_deliveries", "GET", "/api/v1/webhooks/{webhook}/deliveries", ("cursor", "page_size", "state"), newer=True
)
