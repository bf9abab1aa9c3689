"""The one settings file: embedded by default, production by environment variables alone (`registry/environment.py`)."""

from datetime import timedelta
from pathlib import Path

from celery.schedules import crontab
from csp.constants import NONE, SELF
from kombu import Exchange, Queue

from registry import addresses, environment, logs

BASE_DIR = Path(__file__).resolve().parent.parent

# ── Where this installation stands ───────────────────────────────────────────────────────────────────────────────
COUNTERSIGN_ENV = environment.one_of("COUNTERSIGN_ENV", ("embedded", "production"))
PRODUCTION = COUNTERSIGN_ENV == "production"
DEBUG = environment.truth("DEBUG", False)
PORT = environment.whole("PORT", 8000)
SITE_URL = environment.text("SITE_URL", f"http://localhost:{PORT}").rstrip("/")
ALLOWED_HOSTS = environment.listed("ALLOWED_HOSTS", () if PRODUCTION else ("*",))
# How many reverse proxies of ours stand in front; as many hops of X-Forwarded-For and -Proto are believed, and no more.
PROXIES = environment.whole("PROXIES", 1 if PRODUCTION else 0)

# ── Where things are kept ────────────────────────────────────────────────────────────────────────────────────────
# What was given rather than left to its default; a system check asks.
GIVEN = environment.given("STORAGE_URL")
DATA_DIR = (BASE_DIR / environment.text("DATA_DIR", "data")).resolve()
DATABASE_URL = environment.text("DATABASE_URL", f"sqlite:///{DATA_DIR}/countersign.sqlite3")
BROKER_URL = environment.text("BROKER_URL", "filesystem://localhost")
CACHE_URL = environment.text("CACHE_URL", f"file://{DATA_DIR}/cache")
STORAGE_URL = environment.text("STORAGE_URL", str(DATA_DIR / "storage"))
# Files in the making. On the disk of a local storage, so that what is complete is kept by a rename.
SCRATCH_DIR = Path(environment.text("SCRATCH_DIR", "/tmp" if PRODUCTION else str(DATA_DIR / "scratch")))
# The sandbox's own authority, made by the worker when it is first needed. Nobody trusts it, and it may be made anew.
SANDBOX_KEYS_DIR = Path(environment.text("SANDBOX_KEYS_DIR", str((SCRATCH_DIR if PRODUCTION else DATA_DIR) / "keys")))
if not PRODUCTION:
    DATA_DIR.mkdir(mode=0o700, parents=True, exist_ok=True)
    SCRATCH_DIR.mkdir(mode=0o700, parents=True, exist_ok=True)

# A worker waits for whoever holds SQLite; a visitor is told within two seconds to come again.
DATABASES = {"default": addresses.database(DATABASE_URL, patience=1.5 if environment.serves_visitors else 20)}
CACHES = {"default": addresses.cache(CACHE_URL)}
STORAGES = {
    "default": addresses.storage(STORAGE_URL),
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if PRODUCTION
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# ── Secrets: given in production, made and kept under data/keys when embedded ────────────────────────────────────
UNSET = "django-insecure-unset"
SECRET_KEY = (
    environment.text("SECRET_KEY", UNSET)
    if PRODUCTION
    else environment.kept_secret("SECRET_KEY", DATA_DIR / "keys" / "secret_key")
)
SECRET_KEY_FALLBACKS = environment.listed("SECRET_KEY_FALLBACKS")
PERSON_KEYS = (
    environment.text("PERSON_KEYS")
    if PRODUCTION
    else environment.kept_secret("PERSON_KEYS", DATA_DIR / "keys" / "person_keys")
)
PERSON_KEYS_FALLBACKS = environment.listed("PERSON_KEYS_FALLBACKS")

# What performers are given is signed with it: an encrypted P-256 key as PEM. Embedded, one is made under data/keys.
RECEIPT_KEY = environment.text("RECEIPT_KEY")
RECEIPT_KEY_PASSWORD = environment.text("RECEIPT_KEY_PASSWORD")

# ── Trust: whom this registry believes, and who stamps its time ──────────────────────────────────────────────────
TIMESTAMP_URL = environment.text("TIMESTAMP_URL")
TIMESTAMP_ANCHORS = environment.text("TIMESTAMP_ANCHORS")
TRUST_ANCHORS = environment.text("TRUST_ANCHORS")
C2PA_TRUST_LIST = environment.text("C2PA_TRUST_LIST")
C2PA_TRUST_LIST_DATE = environment.text("C2PA_TRUST_LIST_DATE")

# ── Apps ─────────────────────────────────────────────────────────────────────────────────────────────────────────
INSTALLED_APPS = [
    "registry",
    "consent",
    "provenance",
    "registry.desk.app.DeskConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "oauth2_provider",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "axes",
    "csp",
]
MIDDLEWARE = [
    "registry.middleware.RequestId",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "registry.middleware.OnlySecure",
    "registry.middleware.Language",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    # What follows is for those who have a session.
    "registry.middleware.AskedOften",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "registry.middleware.FirstPassword",
    "registry.middleware.SecondFactor",
    "axes.middleware.AxesMiddleware",
    # Last, so that everything else has been asked before a view answers.
    "registry.middleware.Hatch",
]
ROOT_URLCONF = "registry.urls"
WSGI_APPLICATION = "registry.wsgi.application"
APPEND_SLASH = True
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]
LOGGING_CONFIG = None
logs.configure()

# ── Speaking to others ───────────────────────────────────────────────────────────────────────────────────────────
# Hosts that may be spoken to although they are not public, or over plain http, as name or name:port (registry/outbound.py).
OUTBOUND_ALLOWED_HOSTS = environment.listed("OUTBOUND_ALLOWED_HOSTS")
# How long whoever tests a webhook waits for what comes of it: as long as a receiver may take, and a hint to arrive.
WEBHOOK_TEST_SECONDS = 18

# ── Language and time ────────────────────────────────────────────────────────────────────────────────────────────
LANGUAGE_CODE = "en"
# A language is offered where its pages are translated (registry.middleware.Language): half a page in each is worse than one.
LANGUAGES = [("en", "English"), ("es", "Español")]
LANGUAGE_COOKIE_NAME = "countersign_language"
LANGUAGE_COOKIE_PATH = "/letter/"
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_SECURE = PRODUCTION
LOCALE_PATHS = [BASE_DIR / "registry" / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

# ── Files that belong to the pages ───────────────────────────────────────────────────────────────────────────────
STATIC_URL = "/static/"
# Embedded, they are served from where they lie; in production from one folder, collected when the image is built.
STATIC_ROOT = environment.text("STATIC_ROOT", str(BASE_DIR / "static")) if PRODUCTION else None
WHITENOISE_USE_FINDERS = not PRODUCTION

# ── Uploads ──────────────────────────────────────────────────────────────────────────────────────────────────────
MAX_UPLOAD_BYTES = environment.whole("MAX_UPLOAD_BYTES", 2 * 1024**3)
# One that comes piece by piece and may be resumed, and where its pieces lie: a folder that all webs and workers see, below a
# storage that is one. In a bucket there is none by itself; there, parts go to the bucket directly.
MAX_RESUMABLE_BYTES = environment.whole("MAX_RESUMABLE_BYTES", 64 * 1024**3)
UPLOADS_DIR = environment.text("UPLOADS_DIR", addresses.folder_in(STORAGE_URL, "uploads"))
# How long an upload is kept after its last byte, and what a client may have open at a time.
UPLOAD_HOURS = environment.whole("UPLOAD_HOURS", 72)
UPLOADS_OPEN = environment.whole("UPLOADS_OPEN", 5000)
UPLOADS_OPEN_BYTES = environment.whole("UPLOADS_OPEN_BYTES", 1024**4)
FILE_UPLOAD_HANDLERS = ["registry.receiving.HashedUpload"]
FILE_UPLOAD_TEMP_DIR = str(SCRATCH_DIR)
FILE_UPLOAD_PERMISSIONS = 0o600
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024**2 + 1024  # the largest declaration, and the name of its part
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000
DATA_UPLOAD_MAX_NUMBER_FILES = 2_240  # frames of a sequence, and its ingredients; any other form is held to twenty

# ── Files that anybody has checked ───────────────────────────────────────────────────────────────────────────────
# How long one may be read (and a second more for each 10 MB), by readers of their own; how many requests of a web process
# wait for one, so that the others are left to those who ask for something else.
WINDOW_SECONDS = environment.whole("WINDOW_SECONDS", 3)
WINDOW_WAITING = environment.whole("WINDOW_WAITING", 4)

# ── Measuring ────────────────────────────────────────────────────────────────────────────────────────────────────
# How much of an element may be found touched beyond what was declared before a person has to answer for it.
EXTENT_TOLERANCE = environment.share("EXTENT_TOLERANCE", "0.02")
# How long one operation of one film may be measured before it counts as one that cannot be.
MEASURING_SECONDS = environment.whole("MEASURING_SECONDS", 2 * 3600)

# ── Likeness ─────────────────────────────────────────────────────────────────────────────────────────────────────
# Bits of 256 in which the fingerprints of two files may differ for a person to compare them. Up to 31 none is missed.
LIKENESS_BITS = environment.whole("LIKENESS_BITS", 31)

# ── Who signs in ─────────────────────────────────────────────────────────────────────────────────────────────────
AUTH_USER_MODEL = "registry.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
    "registry.hashers.ClientSecretHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/admin/"
DELIVERIES_URL = "/vendor/"
LOGOUT_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "registry.accounts.ClosedDoor"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_LOGOUT_ON_GET = False
# For how many minutes whoever has shown who they are is not asked again before an act that asks (registry/desk/again.py).
CONFIRM_MINUTES = environment.whole("CONFIRM_MINUTES", 5)
ACCOUNT_REAUTHENTICATION_TIMEOUT = CONFIRM_MINUTES * 60
MFA_ADAPTER = "registry.accounts.SecondFactors"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Countersign"
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_REQUIRED = environment.truth("MFA_REQUIRED", PRODUCTION)
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_USERNAME_CALLABLE = "registry.accounts.name_given"
AXES_CLIENT_IP_CALLABLE = "registry.permissions.address"
AXES_LOCKOUT_CALLABLE = "registry.accounts.locked_out"

# ── Programs that sign in ────────────────────────────────────────────────────────────────────────────────────────
SCOPES = {
    "assets:write": "Send assets and declarations to be signed",
    "assets:read": "Read assets, their state and the signed files",
    "clearances": "Ask whether a use would be covered",
    "productions:read": "Read productions, shots and the people in them, by alias",
    "fetch:manifests": "Fetch manifests of what it may see, and have what lies at an address looked up",
    "store:manifests": "Keep manifests that were signed elsewhere, to be found by anybody, and withdraw them",
    "store:bindings": "Bind watermarks and fingerprints to its organisation’s manifests",
    "verify": "Check files, with limits of its own rather than those of its address",
    "webhooks": "Have events told to addresses of its organisation, and read what was sent",
}
OAUTH2_PROVIDER_APPLICATION_MODEL = "registry.ApiClient"
OAUTH2_PROVIDER = {
    "SCOPES": SCOPES,
    "SCOPES_BACKEND_CLASS": "registry.clients.ClientScopes",
    # Of all the grants, this server speaks client credentials only (RFC 6749 §4.4).
    "OAUTH2_SERVER_CLASS": "oauthlib.oauth2.BackendApplicationServer",
    "ACCESS_TOKEN_EXPIRE_SECONDS": 15 * 60,
    "CLIENT_SECRET_GENERATOR_LENGTH": 64,
    "CLIENT_SECRET_HASHER": "client_secret",
    "ALLOWED_REDIRECT_URI_SCHEMES": ["https"],
    "REFRESH_TOKEN_REUSE_PROTECTION": True,
    "COMPLIANT_BCP_RFC9700_IMPLICIT_GRANT": True,
    "COMPLIANT_BCP_RFC9700_PASSWORD_GRANT": True,
    "COMPLIANT_BCP_RFC9700_PKCE_METHOD": True,
    "COMPLIANT_BCP_RFC9700_ACCESS_TOKEN_TRANSPORT": True,
    "COMPLIANT_BCP_RFC9700_AUTHZ_RESPONSE_ISS": True,
    "COMPLIANT_BCP_RFC9700_TOKEN_STORAGE": True,
    "COMPLIANT_BCP_RFC9700_REFRESH_TOKEN": True,
    "COMPLIANT_BCP_RFC9700_REDIRECT_URI_SCHEME": True,
    "COMPLIANT_BCP_RFC9700_REDIRECT_URI_MATCHING": True,
    "COMPLIANT_BCP_RFC9700_PKCE_REQUIRED": True,
}

# ── The hatch ────────────────────────────────────────────────────────────────────────────────────────────────────
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["registry.permissions.ClientCredentialsAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["registry.permissions.KnownClient"],
    "DEFAULT_PARSER_CLASSES": ["registry.api.bodies.BoundedJSON"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_SCHEMA_CLASS": "registry.api.schema.Described",
    # What is accepted says in which form it is answered; a parameter would be one more way to say so.
    "URL_FORMAT_OVERRIDE": None,
    "DEFAULT_THROTTLE_CLASSES": ["registry.permissions.FairShare"],
    "DEFAULT_FILTER_BACKENDS": ["registry.api.parameters.Narrowed"],
    "EXCEPTION_HANDLER": "registry.problems.answer",
    "NUM_PROXIES": PROXIES,
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
# Requests from one address a minute, of a program wherever it is; 0 is no limit. Counted in the cache that all processes share.
# A file to check counts once more for each 64 MB of it, and of fingerprints asked for together each twenty count once.
RATES = {
    "window": environment.whole("RATE_WINDOW", 600),
    "verification": environment.whole("RATE_VERIFICATION", 60 if PRODUCTION else 600),
    "token": environment.whole("RATE_TOKEN", 60),
    "concern": environment.whole("RATE_CONCERN", 6),
    # The same of a program that signs in, a platform's for one, which is not counted with its neighbours.
    "client_window": environment.whole("RATE_CLIENT_WINDOW", 12_000),
    "client_verification": environment.whole("RATE_CLIENT_VERIFICATION", 1200),
    "client": environment.whole("RATE_CLIENT", 1200),
    # Of consent: a list of five hundred counts as so many.
    "questions": environment.whole("RATE_QUESTIONS", 6000),
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Countersign",
    "DESCRIPTION": "Provenance and consent registry for synthetic media: the vendors' interface and the public one.\n\n"
    "A program fetches a token with its id and secret (`POST /api/v1/oauth/token`) and sends it with each request. Every refusal "
    "is a problem document (RFC 9457): `code` is stable, `detail` says what to do, `errors` point to the places, and `type` "
    "leads to a page that explains it. Declarations are described at `/schemas/declaration-1.json`.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.1",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_AUTHENTICATION": [],
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_NAME_OVERRIDES": {
        "ProductionKind": "registry.models.productions.Production.Kind",
        "OutcomeEnum": "consent.api.clearances.ANSWERS",
        "ShotOutcome": "consent.api.batch.OUTCOMES",
        "UnitKind": "registry.models.productions.Unit.Kind",
        "AssetState": "provenance.models.signing.SigningJob.State",
        "UploadState": "provenance.models.uploads.Upload.State",
        "FingerprintState": "provenance.brief_checks.ANSWERS",
        "EvidenceKind": "provenance.models.measuring.OperationEvidence.Kind",
    },
    "TAGS": [
        {"name": "access", "description": "Tokens for programs"},
        {"name": "productions", "description": "What you work on: shots, people by alias, where it is to appear"},
        {"name": "clearances", "description": "Before the work: may this be done?"},
        {"name": "declarations", "description": "What is to be said of a file: read from it, and checked"},
        {"name": "assets", "description": "Files to be signed, and what became of them"},
        {"name": "disclosures", "description": "For platforms: what is told of signed files, open to anybody"},
        {"name": "soft binding", "description": "Credentials found again: the C2PA Soft Binding Resolution API"},
        {"name": "verifications", "description": "Is a file what it says? Open to anybody"},
    ],
    # Its shapes stand at the operations; a list of all would be longer than the rest.
    "SWAGGER_UI_SETTINGS": {"deepLinking": True, "defaultModelsExpandDepth": -1, "filter": True},
    "REDOC_DIST": "SIDECAR",
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "provenance.api.described.completed",
        "registry.api.schema.problems_everywhere",
        "provenance.api.tus_described.with_head",
        "registry.api.schema.webhooks",
    ],
}

# ── The work queue: hints only, the job row is the truth ─────────────────────────────────────────────────────────
TASK_TIME_LIMIT = MEASURING_SECONDS + 15 * 60
CELERY_BROKER_URL = BROKER_URL
CELERY_BROKER_CONNECTION_TIMEOUT = 2
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# An answered request never waits long for the broker: the sweep sends again what could not be sent.
CELERY_TASK_PUBLISH_RETRY_POLICY = {"max_retries": 1, "interval_start": 0, "interval_step": 0.2, "interval_max": 0.2}
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
# Between tasks a worker lets its connection go, for a server's may have died meanwhile. A file's cannot.
CELERY_DB_REUSE_MAX = 1000 if DATABASE_URL.startswith("sqlite") else None
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_STORE_ERRORS_EVEN_IF_IGNORED = False
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_TIME_LIMIT = TASK_TIME_LIMIT
CELERY_TASK_SOFT_TIME_LIMIT = TASK_TIME_LIMIT - 60
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_SEND_TASK_EVENTS = False
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = True
CELERY_TIMEZONE = "UTC"
CELERY_TASK_DEFAULT_QUEUE = "work"
# Webhooks are delivered from a queue of their own, so that in production processes without keys can be given it alone.
DELIVERIES = "deliveries"
# The pulse has a queue of its own, so that a heartbeat or a sweep does not wait behind a long line of work.
CELERY_TASK_QUEUES = [Queue(name, Exchange(name), routing_key=name) for name in ("work", "pulse", DELIVERIES)]
CELERY_TASK_ROUTES = {
    "provenance.tasks.sweep": {"queue": "pulse"},
    "provenance.tasks.note_changes": {"queue": "pulse"},
    "provenance.tasks.write_down_checks": {"queue": "pulse"},
    "consent.tasks.sweep": {"queue": "pulse"},
    "registry.tasks.deliver_webhooks": {"queue": DELIVERIES},
    "registry.tasks.*": {"queue": "pulse"},
}
# How many files may wait to be signed, of one vendor and of all, and for how many seconds; 0 is no limit. Beyond it 429.
QUEUE_MOST_OF_ONE = environment.whole("QUEUE_MOST_OF_ONE", 2000)
QUEUE_MOST = environment.whole("QUEUE_MOST", 10_000)
QUEUE_OLDEST_SECONDS = environment.whole("QUEUE_OLDEST_SECONDS", 6 * 3600)
# How many of one vendor are on the broker at once, the others waiting for their turn: about twice what all workers can do.
QUEUE_AT_ONCE = environment.whole("QUEUE_AT_ONCE", 16)
# In production nothing is kept on a machine; a beat that begins anew only sends its first hints at once.
CELERY_BEAT_SCHEDULE_FILENAME = str((SCRATCH_DIR if PRODUCTION else DATA_DIR) / "beat-schedule")
CELERY_BEAT_SCHEDULE = {
    "sweep": {"task": "provenance.tasks.sweep", "schedule": 5.0, "options": {"expires": 5}},
    "changes": {"task": "provenance.tasks.note_changes", "schedule": 15.0, "options": {"expires": 15}},
    "imports": {"task": "consent.tasks.sweep", "schedule": 15.0, "options": {"expires": 15}},
    "terms": {"task": "consent.tasks.ask_after_terms", "schedule": 3600.0, "options": {"expires": 3600}},
    "heartbeat": {"task": "registry.tasks.heartbeat", "schedule": 10.0, "options": {"expires": 10}},
    "webhooks": {"task": "registry.tasks.relay_webhooks", "schedule": 5.0, "options": {"expires": 5}},
    "leftovers": {"task": "provenance.tasks.clear_leftovers", "schedule": 3600.0, "options": {"expires": 3600}},
    "retention": {"task": "provenance.tasks.carry_out_retention", "schedule": crontab(hour=3, minute=30)},
    "checks": {"task": "provenance.tasks.write_down_checks", "schedule": 60.0, "options": {"expires": 60}},
    "months": {"task": "provenance.tasks.close_months", "schedule": crontab(hour=4, minute=10)},
    "tidy": {"task": "registry.tasks.tidy", "schedule": 600.0, "options": {"expires": 600}},
}
CELERY_BEAT_MAX_LOOP_INTERVAL = 5
CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, object] = {}
if BROKER_URL.startswith("filesystem:"):
    # Messages are small files in a folder that is looked into; registry/celery.py makes the folders.
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(DATA_DIR / "queue"), "data_folder_out": str(DATA_DIR / "queue"),
        "control_folder": str(DATA_DIR / "queue" / "routes"), "polling_interval": 0.05,
    }
    # Each look brings no more than may be held ahead; on one machine holding ahead takes work from nobody.
    CELERY_WORKER_PREFETCH_MULTIPLIER = 8
elif BROKER_URL.startswith(("redis", "sentinel")):
    # A hint that nobody confirmed is given out again once no task can still be running.
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "visibility_timeout": 2 * TASK_TIME_LIMIT, "socket_connect_timeout": 2, "socket_timeout": 30,
    }
# How long a worker may be silent over a job before another takes it: this, and more for large files.
LEASE_SECONDS = environment.whole("LEASE_SECONDS", 30)
LEASE_BYTES_PER_SECOND = 2_000_000
# How old a worker's heartbeat may be before readiness and the desk call the worker silent.
HEARTBEAT_SECONDS = 60
# Children of one worker; 0 is one for each processor.
WORKER_CHILDREN = environment.whole("WORKER_CHILDREN", 0)
CELERY_WORKER_CONCURRENCY = WORKER_CHILDREN or None
WEB_WORKERS = environment.whole("WEB_WORKERS", 2)

# ── What a browser is told ───────────────────────────────────────────────────────────────────────────────────────
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "media-src": [SELF, "blob:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
# Nobody else learns where a visitor came from; our own forms need it, or browsers send them with no origin at all.
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_SSL_REDIRECT = PRODUCTION
# A program that speaks plainly is told so (registry.middleware.OnlySecure), not led on with its secret in hand.
SECURE_REDIRECT_EXEMPT = [r"^api/", r"^health/"]
SECURE_HSTS_SECONDS = 2 * 365 * 86400 if PRODUCTION else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = PRODUCTION
SECURE_HSTS_PRELOAD = PRODUCTION
if PROXIES:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SESSION_COOKIE_AGE = 8 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = PRODUCTION
SESSION_COOKIE_NAME = "__Host-session" if PRODUCTION else "countersign_session"
CSRF_COOKIE_NAME = "__Host-csrf" if PRODUCTION else "countersign_csrf"
CSRF_COOKIE_HTTPONLY = True
CSRF_TRUSTED_ORIGINS = [SITE_URL]
CSRF_FAILURE_VIEW = "registry.problems.forged"
SILENCED_SYSTEM_CHECKS: list[str] = []

# ── Mail: kept in files unless EMAIL_URL says where it goes ──────────────────────────────────────────────────────
mail = addresses.mail(environment.text("EMAIL_URL", f"file://{DATA_DIR}/mail"))
EMAIL_BACKEND, EMAIL_FILE_PATH = mail.backend, mail.folder
EMAIL_HOST, EMAIL_PORT, EMAIL_TIMEOUT = mail.host, mail.port, 10
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = mail.user, mail.password
EMAIL_USE_SSL, EMAIL_USE_TLS = mail.ssl, mail.tls
MAIL_FROM = DEFAULT_FROM_EMAIL = environment.text("MAIL_FROM", "Countersign <registry@localhost>")
