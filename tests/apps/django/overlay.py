"""What a site sets on top of the project that `startproject` makes. Nothing here is for a gateway."""

from .settings import *  # noqa: F403

LANGUAGE_CODE = "en"
ROOT_URLCONF = "site1.overlay_urls"
EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
EMAIL_FILE_PATH = BASE_DIR / "mail"  # noqa: F405
TEMPLATES[0]["DIRS"] = [BASE_DIR / "templates"]  # noqa: F405
# Behind a proxy that ends TLS: without it, no form sent over HTTPS is taken.
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
