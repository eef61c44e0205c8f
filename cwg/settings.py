"""Settings, every one of them from the environment (see README, "Settings").

`CWG_MODE` says what the process is for: `production` (the default; refuses to start without its secrets),
`demo` (`./dev run`), `development`, or `test` (`./dev test`).
"""

import os
from datetime import timedelta
from pathlib import Path

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from cwg import connections, environment
from cwg.record import log_lines

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

CWG_MODE = env.str("CWG_MODE", "production")
if CWG_MODE not in {"production", "demo", "development", "test"}:
    raise ImproperlyConfigured(f"CWG_MODE is {CWG_MODE!r}; it may be production, demo, development or test.")
PRODUCTION = CWG_MODE == "production"
DEMO = CWG_MODE == "demo"
TESTING = CWG_MODE == "test"
DEBUG = CWG_MODE == "development"


def _secret(name: str, otherwise: str = "", *, needed: bool = False) -> str:
    """A secret from the environment or the file that NAME_FILE names; production does not start without one that is `needed`."""
    value = environment.secret(name)
    if not value and needed and PRODUCTION:
        raise ImproperlyConfigured(
            f"{name} is not set. In production every secret comes from the environment, or from a file ({name}_FILE)."
        )
    return value or otherwise


SECRET_KEY = _secret("SECRET_KEY", "only-for-demo-and-tests-" + "x" * 40, needed=True)
# Those it replaced: links and sessions made under them go on, and what was sealed is opened.
SECRET_KEY_FALLBACKS = environment.several(_secret("SECRET_KEY_FALLBACKS"))
# Certificates (PEM) of an authority of one's own, for the connections to the mail server, the object store and PostgreSQL.
CA_FILE = environment.authorities("CA_FILE", env.str("CA_FILE", ""))
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[] if PRODUCTION else ["localhost", "127.0.0.1", "[::1]"])
if PRODUCTION and not ALLOWED_HOSTS:
    raise ImproperlyConfigured("ALLOWED_HOSTS is not set. Name the host the portal is reached at.")
# What people have in the address bar, with its port: in mails and calendars, and where forms come from.
PORTAL_URL = environment.origin(
    "PORTAL_URL",
    env.str("PORTAL_URL", "") or (f"https://{ALLOWED_HOSTS[0]}" if PRODUCTION else "http://127.0.0.1:8000"),
)
CSRF_TRUSTED_ORIGINS = [PORTAL_URL, *env.list("CSRF_TRUSTED_ORIGINS", default=[])]

INSTALLED_APPS = [
    "cwg.record",
    "cwg.look",
    "cwg.members",
    "cwg.texts",
    "cwg.notices",
    "cwg.documents",
    "meetings",
    "contributions",
    "cwg.home",
    "cwg.operations",
    "cwg.demo",
    "cwg.console",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.admin.apps.SimpleAdminConfig",
    "simple_history",
    "allauth",
    "allauth.account",
    "allauth.mfa",
]

MIDDLEWARE = [
    "cwg.operations.request_lines.RequestLineMiddleware",
    "cwg.operations.metrics_page.MetricsMiddleware",
    "cwg.operations.outages.OutageMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "cwg.members.middleware.NobodyAsksMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "cwg.members.middleware.SignedInMiddleware",
    "cwg.members.middleware.RightsMiddleware",
    "cwg.members.middleware.PersonLanguageMiddleware",
    "cwg.operations.asked_again.SignInFirstMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "cwg.operations.limits.BadInputMiddleware",
    "cwg.operations.limits.BusyMiddleware",
    "cwg.operations.storage_away.StorageAwayMiddleware",
]

ROOT_URLCONF = "cwg.urls"
WSGI_APPLICATION = "cwg.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "cwg.look.context.portal",
            ],
            "builtins": [
                "django.templatetags.i18n",
                "django.templatetags.static",
                "cwg.look.templatetags.portal",
                "cwg.documents.templatetags.documents",
            ],
        },
    },
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
INSTALLED_APPS.append("django.forms")

# --- The database: one engine everywhere, so that what is tested is what runs -------------------------------
_database_url = _secret("DATABASE_URL", "postgres://cwg@127.0.0.1:5432/cwg")
_owner_url, _admin_url = _secret("DATABASE_OWNER_URL"), _secret("DATABASE_ADMIN_URL")
DATABASES = {"default": env.db_url_config(_database_url)}
DATABASES["default"]["ENGINE"] = "cwg.postgres"
DATABASES["default"]["CONN_MAX_AGE"] = 0
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
# No session keeps others waiting for longer than its kind of process may.
_limits: dict[connections.Process, dict[str, float]] = {
    connections.Process.WEB: {"statement": env.float("WEB_STATEMENT_SECONDS", 20)},
    connections.Process.WORKER: {"statement": env.float("WORKER_STATEMENT_SECONDS", 540)},
}
_process = connections.this_process()


def _bound(address: dict) -> dict:
    given = environment.trusting(address.get("OPTIONS", {}), CA_FILE)
    return {**address, "OPTIONS": connections.options(_process, given, **_limits.get(_process, {}))}


DATABASES["default"] = _bound(DATABASES["default"])
# The role that the portal runs as: it may add to the record, and owns nothing. The owner of the tables is connected as by
# the commands that make or alter them, and only where its address is known; else there is one role for both.
DATABASE_ROLE = DATABASES["default"].get("USER", "")
DATABASE_OWNER = _bound(env.db_url_config(_owner_url)) if _owner_url else None
# For `manage.py prepare_database` alone: whoever may make roles on the server.
DATABASE_ADMIN = _bound(env.db_url_config(_admin_url)) if _admin_url else None
WEB_THREADS = env.int("WEB_THREADS", 8)
# How many threads of a web process may wait for registers that nobody gives back: the others serve everybody else.
REGISTER_WAITERS = env.int("REGISTER_WAITERS", 0) or max(1, WEB_THREADS * 3 // 4)
if env.bool("DATABASE_POOL", PRODUCTION or DEMO):
    # At least one connection a thread, or a full house of requests waits for the pool instead of the lock.
    # Longer than the server may be away (`cwg.postgres.base.PATIENCE`), so that it is that which ends the wait.
    DATABASES["default"]["OPTIONS"]["pool"] = {"min_size": 1, "max_size": WEB_THREADS + 2, "timeout": 6}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# No web request needs Redis: sessions and cache live in PostgreSQL.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "cache",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}
SESSION_ENGINE = "cwg.members.sessions"
# Chosen with "Stay signed in on this device"; slides with every use.
SESSION_COOKIE_AGE = 60 * 60 * 24 * env.int("SESSION_DAYS", 14)
# Without it: until the browser is closed, or this long after the last use.
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_IDLE = timedelta(hours=env.int("SESSION_IDLE_HOURS", 12))
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
SECURE_COOKIES = env.bool("SECURE_COOKIES", PRODUCTION)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_COOKIES
# Under this prefix a browser takes a cookie from this very host and by https only: no neighbour can plant one.
_HOST_ONLY = "__Host-" if SECURE_COOKIES else ""
SESSION_COOKIE_NAME = f"{_HOST_ONLY}session"
CSRF_COOKIE_NAME = f"{_HOST_ONLY}csrf"
DEVICE_COOKIE_NAME = f"{_HOST_ONLY}device"
PAGE_OWNERS_COOKIE_NAME = f"{_HOST_ONLY}pages"
CSRF_FAILURE_VIEW = "cwg.operations.asked_again.stale_form"
SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", PRODUCTION)
SECURE_REDIRECT_EXEMPT = [r"^livez$", r"^readyz$"]
BEHIND_PROXY = env.bool("BEHIND_PROXY", PRODUCTION)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_PROXY else None
# Whose address is throttled and logged: the last one that our own proxy saw, never one that a client made up.
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if BEHIND_PROXY else 0
SECURE_HSTS_SECONDS = env.int("SECURE_HSTS_SECONDS", 60 * 60 * 24 * 365 if PRODUCTION else 0)
# What binds other names than the portal's, and a list in everybody's browser, is for the owner of the domain to decide;
# so the two checks that ask for it are silent.
SECURE_HSTS_INCLUDE_SUBDOMAINS = env.bool("SECURE_HSTS_INCLUDE_SUBDOMAINS", False)
SECURE_HSTS_PRELOAD = env.bool("SECURE_HSTS_PRELOAD", False)
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "manifest-src": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "object-src": [NONE],
    },
}

# --- People and sign-in -------------------------------------------------------------------------------------
AUTH_USER_MODEL = "members.Person"
AUTHENTICATION_BACKENDS = ["cwg.members.sign_in.AddressBackend"]
# How many passwords a process hashes at once: each works with eight threads, and a hundred megabytes.
PASSWORD_HASHES = env.int("PASSWORD_HASHES", 0) or max(1, len(os.sched_getaffinity(0)) // 8)
PASSWORD_HASHERS = [
    "cwg.members.hashing.FewAtATimeHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
if TESTING:
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "cwg.members.accounts.ClosedAccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"  # an address is proved by its one-time invitation
ACCOUNT_FORMS = {"login": "cwg.members.sign_in.SignInForm"}
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False  # no mail to addresses that are nobody's
ACCOUNT_SESSION_REMEMBER = None
# Django's own, over the person's address. The library's keeps a second, lowered list of addresses, which would still open
# an account at an address that its person has given up.
ACCOUNT_PASSWORD_RESET_TOKEN_GENERATOR = "django.contrib.auth.tokens.PasswordResetTokenGenerator"
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
# Guessing passwords is slowed down by cwg/members/guessing.py, which keeps no owner and no full room out. The library's
# limits are for what only a person can reach who has given the right password, or has signed in.
ACCOUNT_RATE_LIMITS = {
    "login": None,
    "login_failed": "5/300s/key",  # codes of a second factor
    "reset_password": None,
    "reset_password_from_key": None,  # a key that nobody guesses, and 200 people behind one address may use theirs
    "change_password": "5/m/user",
    "reauthenticate": "10/m/user",
}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_FORMS = {
    "add_webauthn": "cwg.members.second_factor_forms.AddPasskeyForm",
    "authenticate": "cwg.members.second_factor_forms.CodeForm",
    "reauthenticate": "cwg.members.second_factor_forms.CodeAgainForm",
}
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not PRODUCTION  # http://localhost
MFA_RATE_LIMITS = {"webauthn_login": None}  # nothing to guess, and a full room may use theirs at once
MFA_TOTP_ISSUER = "CWG-Internet"
# When true, secretariat and administrators reach nothing until they have set up a second factor.
STAFF_MFA_REQUIRED = env.bool("STAFF_MFA_REQUIRED", False)
# When true, whoever submits for a delegation or an office needs one; asked where they submit.
SUBMIT_MFA_REQUIRED = env.bool("SUBMIT_MFA_REQUIRED", False)
INVITATION_LIFETIME = timedelta(days=env.int("INVITATION_DAYS", 14))
SIMPLE_HISTORY_REVERT_DISABLED = True
SIMPLE_HISTORY_HISTORY_CHANGE_REASON_USE_TEXT_FIELD = True

# --- Languages: the six official ones, equal in rank ----------------------------------------------------------
LANGUAGE_CODE = "en"
LANGUAGES = [
    ("ar", "العربية"),
    ("zh-hans", "中文"),
    ("en", "English"),
    ("fr", "Français"),
    ("ru", "Русский"),
    ("es", "Español"),
]
# Pages and mails speak those whose catalogue says everything: a page half in English is worse than one in English. With
# commas, as two letters: those that a translator wants to see meanwhile.
LANGUAGES_COMPLETE = ["en"]
LANGUAGES_IN_PREPARATION = env.list(
    "LANGUAGES_IN_PREPARATION", default=["ar", "zh", "fr", "ru", "es"] if TESTING else []
)
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"
SEAT_ZONE = "Europe/Zurich"

# --- Files ------------------------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = env.path("STATIC_ROOT", default=str(BASE_DIR / "var" / "static"))
STORAGE_DIR = env.path("CWG_STORAGE_DIR", default=str(BASE_DIR / "var" / "files"))
_s3_bucket = env.str("S3_BUCKET", "")
_folder = {
    "BACKEND": "cwg.documents.storage.DurableFileSystemStorage",
    "OPTIONS": {"location": str(STORAGE_DIR), "file_permissions_mode": 0o640},
}
_bucket = {
    "BACKEND": "cwg.documents.s3_storage.S3DocumentStorage",
    "OPTIONS": {
        "bucket_name": _s3_bucket,
        "endpoint_url": env.str("S3_ENDPOINT_URL", "") or None,
        "region_name": env.str("S3_REGION", "") or None,
        "access_key": _secret("S3_ACCESS_KEY") or None,
        "secret_key": _secret("S3_SECRET_KEY") or None,
        # In place of the public ones, and only at a store of one's own.
        "verify": CA_FILE if CA_FILE and env.str("S3_ENDPOINT_URL", "") else None,
        "default_acl": None,
        "file_overwrite": True,
        "querystring_auth": True,
    },
}
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": str(STORAGE_DIR)},
    },
    "documents": _bucket if _s3_bucket else _folder,
    # For `manage.py copy_files`, which goes from one to the other.
    "folder": _folder,
    **({"bucket": _bucket} if _s3_bucket else {}),
    "staticfiles": {
        "BACKEND": (
            "django.contrib.staticfiles.storage.StaticFilesStorage"
            if TESTING or DEBUG
            else "whitenoise.storage.CompressedManifestStaticFilesStorage"
        )
    },
}
WHITENOISE_USE_FINDERS = TESTING or DEBUG
WHITENOISE_AUTOREFRESH = DEBUG
MAX_FILE_BYTES = env.int("MAX_FILE_MB", 50) * 1024 * 1024
FILE_UPLOAD_HANDLERS = [
    "cwg.documents.uploads.LimitedUploadHandler",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "cwg.documents.upload_room.RoomyUploadHandler",
]
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
# A body that every page takes is held in memory, and no full disk is in its way. Longer ones come to the pages of
# `uploads.takes_files` alone, which say so where there is no room.
FILE_UPLOAD_MAX_MEMORY_SIZE = DATA_UPLOAD_MAX_MEMORY_SIZE + 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 500
DATA_UPLOAD_MAX_NUMBER_FILES = 10
# The internal location from which nginx hands out files; empty: the portal streams them itself.
X_ACCEL_PREFIX = env.str("X_ACCEL_PREFIX", "")
CLAMD_ADDRESS = env.str("CLAMD_ADDRESS", "")

# --- Mail -------------------------------------------------------------------------------------------------------
EMAIL_BACKEND = "cwg.notices.smtp_backend.EmailBackend"
if DEMO:
    # The demo sends nothing out of the machine: its mails are read in the console.
    EMAIL_BACKEND = "cwg.notices.demomail.DemoMailBackend"
EMAIL_HOST = env.str("EMAIL_HOST", "127.0.0.1")
EMAIL_PORT = env.int("EMAIL_PORT", 25)
EMAIL_HOST_USER = env.str("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = _secret("EMAIL_HOST_PASSWORD")
EMAIL_USE_TLS = env.bool("EMAIL_USE_TLS", False)
EMAIL_USE_SSL = env.bool("EMAIL_USE_SSL", False)
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", "CWG-Internet secretariat <cwg-internet@portal.example>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
# Told of what is wrong with the installation, beside the administrators: a duty desk. Commas between several.
ALERT_EMAIL = env.list("ALERT_EMAIL", default=[])

# --- Background work: the database is the queue of record, Celery the hand that works it ------------------------
REDIS_URL = _secret("REDIS_URL", "redis://127.0.0.1:6379/0")
CELERY_BROKER_URL = REDIS_URL
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 900,
    "socket_timeout": 5,
    "socket_connect_timeout": 0.2,
    "unacked_restore_throttle": 1,
}
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_TIME_LIMIT = 600
CELERY_TASK_SOFT_TIME_LIMIT = 540
CELERY_TASK_PUBLISH_RETRY = False
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
# Tasks and their timetable are made of the registry of background jobs (cwg/record/jobs.py).

# --- Log --------------------------------------------------------------------------------------------------------
LOG_FORMAT = env.str("LOG_FORMAT", log_lines.JSON if PRODUCTION else log_lines.READABLE)
if LOG_FORMAT not in log_lines.FORMS:
    raise ImproperlyConfigured(f"LOG_FORMAT is {LOG_FORMAT!r}; it may be {' or '.join(log_lines.FORMS)}.")
log_lines.configure()
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"()": "cwg.record.log_lines.LineFormatter", "form": LOG_FORMAT}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", "WARNING" if TESTING else "INFO")},
    "loggers": {
        "django.request": {"level": "ERROR"},
        "csp": {"level": "WARNING"},
        # Each task has a line of its own (cwg/record/jobs.py).
        "celery.worker.strategy": {"level": "WARNING"},
        "celery.app.trace": {"level": "WARNING"},
        "celery.beat": {"level": "WARNING"},
    },
}

# --- Metrics ----------------------------------------------------------------------------------------------------
# With it `/metrics` is read from anywhere; without it from this machine only, past the proxy.
METRICS_TOKEN = _secret("METRICS_TOKEN")

# How long ago each may have been done before /readyz says so; zero: it is not asked.
BACKUP_WITHIN = timedelta(hours=env.float("BACKUP_WITHIN_HOURS", 36 if PRODUCTION else 0))
BASE_WITHIN = timedelta(days=env.float("BASE_WITHIN_DAYS", 0))
VERIFY_WITHIN = timedelta(hours=env.float("VERIFY_WITHIN_HOURS", 50 if PRODUCTION else 0))
# Backups that stay: all of so many days, and then one of each of so many months.
BACKUPS_KEEP_DAYS = env.int("BACKUPS_KEEP_DAYS", 35)
BACKUPS_KEEP_MONTHS = env.int("BACKUPS_KEEP_MONTHS", 12)
