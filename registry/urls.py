"""Every address: the desk, the hatch, the vendors' own page and the window; and how errors are answered."""

from allauth.account import views as account
from django.contrib import admin
from django.contrib.auth.decorators import login_required
from django.urls import include, path
from django.views.generic import TemplateView

from registry import health
from registry.accounts import SignIn, onward, to_the_desk

admin.autodiscover()
admin.site.login = to_the_desk(admin.site.login)

new_phone = TemplateView.as_view(template_name="mfa/new_phone.html")
accounts = [
    path("login/", SignIn.as_view(), name="account_login"),
    path("logout/", account.logout, name="account_logout"),
    path("onward/", onward, name="onward"),
    path("inactive/", account.account_inactive, name="account_inactive"),
    path("reauthenticate/", account.reauthenticate, name="account_reauthenticate"),
    path("password/change/", account.password_change, name="account_change_password"),
    # Before allauth's own page at this address: nobody takes their own second factor away.
    path("2fa/totp/deactivate/", login_required(new_phone), name="mfa_deactivate_totp"),
    path("2fa/", include("allauth.mfa.urls")),
]

urlpatterns = [
    path("health/live", health.live, name="live"),
    path("health/ready", health.ready, name="ready"),
    # What is asked most comes first: an address is looked for in this order.
    path("api/v1/", include("provenance.api.urls")),
    path("api/v1/", include("registry.api.urls")),
    path("api/v1/", include("consent.api.urls")),
    path("api/softbinding/v1/", include("provenance.api.soft_binding.urls")),
    path("", include("provenance.api.well_known")),
    path("admin/", include("consent.admin.urls")),
    path("admin/", include("provenance.admin.urls")),
    path("admin/", admin.site.urls),
    path("vendor/", include("provenance.vendor.urls")),
    path("accounts/", include(accounts)),
    path("", include("consent.public.urls")),
    path("", include("provenance.public.urls")),
]

handler400 = "registry.problems.bad_request"
handler403 = "registry.problems.permission_denied"
handler404 = "registry.problems.not_found"
handler429 = "registry.accounts.too_often"
handler500 = "registry.problems.server_error"
