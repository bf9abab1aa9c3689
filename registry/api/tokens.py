"""The token endpoint: client id and secret → an opaque access token for fifteen minutes (RFC 6749 §4.4)."""

import json

from drf_spectacular.utils import OpenApiResponse, extend_schema, inline_serializer
from oauth2_provider.oauth2_backends import get_oauthlib_core
from rest_framework import serializers
from rest_framework.parsers import FormParser
from rest_framework.permissions import AllowAny
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from registry import problems
from registry.permissions import limited

SENTENCES = {
    "invalid_request": "Send grant_type=client_credentials, client_id and client_secret once each, in the body, as a form.",
    "invalid_client": "The client id or its secret is wrong, or the client was revoked.",
    "unsupported_grant_type": "This server knows one way to fetch a token: grant_type=client_credentials.",
    "invalid_scope": "A scope was asked for that this client may not have.",
    "unauthorized_client": "This client may not fetch tokens in this way.",
}
ASKED = inline_serializer("Credentials", {
    "grant_type": serializers.ChoiceField(["client_credentials"]),
    "client_id": serializers.CharField(required=False, help_text="Or by HTTP Basic authentication"),
    "client_secret": serializers.CharField(required=False),
    "scope": serializers.CharField(required=False, help_text="Separated by spaces; absent, all the client may have"),
})
GIVEN = inline_serializer("Token", {
    "access_token": serializers.CharField(),
    "expires_in": serializers.IntegerField(help_text="Seconds"),
    "token_type": serializers.CharField(help_text="Bearer"),
    "scope": serializers.CharField(),
})
REFUSED = inline_serializer("TokenRefused", {
    "error": serializers.CharField(help_text="RFC 6749 §5.2"),
    "error_description": serializers.CharField(required=False),
    "type": serializers.CharField(),
    "title": serializers.CharField(),
    "status": serializers.IntegerField(),
    "code": serializers.CharField(help_text="client. and the error"),
    "detail": serializers.CharField(),
    "instance": serializers.CharField(),
    "request_id": serializers.CharField(allow_blank=True),
    "errors": serializers.ListField(child=serializers.DictField()),
})


class Token(APIView):
    authentication_classes = ()
    permission_classes = (AllowAny,)
    parser_classes = (FormParser,)
    renderer_classes = (JSONRenderer,)
    throttle_classes = (limited("token"),)

    @extend_schema(
        operation_id="fetch_token", summary="Fetch an access token", tags=["access"], auth=[],
        request={"application/x-www-form-urlencoded": ASKED},
        responses={
            200: GIVEN,
            400: OpenApiResponse(REFUSED, description="RFC 6749 §5.2, and a problem document's members"),
            401: OpenApiResponse(REFUSED, description="RFC 6749 §5.2, and a problem document's members"),
        },
    )
    def post(self, request: Request) -> Response:
        """Fetch a token by a client's id and secret (RFC 6749 §4.4), good for fifteen minutes; then fetch another.

        Send it as `Authorization: Bearer …`. It carries the scopes asked for, or all that the client may have.
        """
        _, headers, body, status = get_oauthlib_core().create_token_response(request._request)
        answer = json.loads(body)
        if status != 200:
            answer |= self._explained(answer, status, request)
        headers |= {"Cache-Control": "no-store"}
        return Response(answer, status=status, headers=headers, content_type="application/json")

    def _explained(self, answer: dict[str, str], status: int, request: Request) -> dict:
        """RFC 6749 fixes `error` and its media type; what our other refusals say stands beside it."""
        detail = SENTENCES.get(answer["error"], "A token cannot be fetched in this way.")
        document = {"status": status, "code": f"client.{answer['error']}", "detail": detail, "errors": []}
        return {"error_description": detail} | problems.complete(document, request._request)
