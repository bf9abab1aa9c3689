"""What a vendor works on: its productions, their shots, and the people it may depict, by alias."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.generics import ListAPIView, RetrieveAPIView

from registry.api.pages import NewestFirst
from registry.api.schema import refusal
from registry.errors import NotFound
from registry.models import Person, Production, Unit
from registry.permissions import requires


class ProductionBrief(serializers.ModelSerializer):
    id = serializers.CharField(source="public_id")

    class Meta:
        model = Production
        fields = ("id", "title", "kind")


class UnitTold(serializers.ModelSerializer):
    class Meta:
        model = Unit
        fields = ("code", "kind", "description")
        extra_kwargs = {"code": {"help_text": "By which declarations and questions name it"}}


class PersonTold(serializers.ModelSerializer):
    """Somebody who may be depicted: the id to declare, and the alias the studio chose."""

    id = serializers.CharField(source="public_id")

    class Meta:
        model = Person
        fields = ("id", "alias")


class ReleaseTold(serializers.Serializer):
    """What a declaration means where it says nothing."""

    territories = serializers.ListField(source="default_territories", child=serializers.CharField())
    media = serializers.ListField(source="default_media", child=serializers.CharField())
    languages = serializers.ListField(source="default_languages", child=serializers.CharField())


class ProductionTold(ProductionBrief):
    studio = serializers.CharField(source="studio.name")
    intended_release = ReleaseTold(source="*")
    units = UnitTold(many=True)
    people = serializers.SerializerMethodField()

    class Meta:
        model = Production
        fields = ("id", "title", "kind", "studio", "intended_release", "units", "people")

    @extend_schema(responses=PersonTold(many=True))
    def get_people(self, production: Production) -> list[dict[str, str]]:
        cast = Person.objects.filter(productions__in=[one.pk for one in production.line()]).distinct()
        return PersonTold(cast, many=True).data


class Productions(ListAPIView):
    """The productions you work on."""

    permission_classes = [requires("productions:read")]
    serializer_class = ProductionBrief
    pagination_class = NewestFirst
    queryset = Production.objects.none()

    @extend_schema(
        operation_id="list_productions", tags=["productions"],
        responses={200: ProductionBrief(many=True)},
    )  # fmt: skip
    def get(self, request, *args, **kwargs):
        return super().get(request, *args, **kwargs)

    def get_queryset(self):
        return Production.objects.seen_by(self.request.client)


class OneProduction(RetrieveAPIView):
    """One production: its scenes and shots, whom you may depict, and where it is to appear."""

    permission_classes = [requires("productions:read")]
    serializer_class = ProductionTold
    queryset = Production.objects.none()

    @extend_schema(
        operation_id="read_production", tags=["productions"],
        responses={200: ProductionTold, 404: refusal(404)},
    )  # fmt: skip
    def get(self, request, *args, **kwargs):
        return super().get(request, *args, **kwargs)

    def get_object(self):
        visible = Production.objects.seen_by(self.request.client).select_related("studio")
        found = visible.prefetch_related("units").filter(public_id=self.kwargs["production"]).first()
        if found is None:
            raise NotFound("production.unknown", "There is no production of that id that you work on.")
        return found
