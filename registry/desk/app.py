"""The desk as a Django app: stock admin, with a site of our own that shows each reader what is theirs."""

from django.contrib.admin.apps import AdminConfig


class DeskConfig(AdminConfig):
    default_site = "registry.desk.site.DeskSite"
