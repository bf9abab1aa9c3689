"""How the API's questions are read: JSON whose faults are answered with 400, as the specification has it, and small values."""

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request

from registry.api.bodies import BoundedJSON
from registry.api.parameters import UnreadableParameter
from registry.api.schema import refusal
from registry.errors import Invalid, Unreadable
from registry.problems import faults_in

TAGS = ["soft binding"]
LONGEST_VALUE = 2000  # characters; of an address as well
LONGEST_ALGORITHM = 100
MANIFEST_ID = "urn:c2pa:39fd2b05-78d1-4ecc-9cde-e42c33a9a40b"
ASKED_WRONGLY = refusal(400, "softbinding.value", "request.invalid")


class Unfit(Unreadable):
    """The specification has 400 for what the rest of the hatch answers with 422."""

    def __init__(self, form: serializers.Serializer) -> None:
        faults = tuple(faults_in(form.errors))
        super().__init__("request.invalid", "The request does not have the form described; see errors.", errors=faults)


class Spoken(BoundedJSON):
    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        try:
            return super().parse(stream, media_type, parser_context)
        except Invalid as unfit:
            raise Unreadable(unfit.code, unfit.detail, errors=unfit.errors) from unfit


def read_as(form: type[serializers.Serializer], request: Request) -> dict[str, Any]:
    asked = form(data=request.data)
    if not asked.is_valid():
        raise Unfit(asked)
    return dict(asked.validated_data)


def truth(request: Request, name: str) -> bool:
    given = request.query_params.get(name, "false").lower()
    if given not in ("true", "false"):
        raise UnreadableParameter([(f"/{name}", "It is true or false.")])
    return given == "true"
