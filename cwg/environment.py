"""How the settings read what needs more than a word of the environment: secrets, which may lie in files, and addresses.

Everything that cannot be right stops the start with a sentence that names the setting, and never what a secret is.
"""

import os
import ssl
from pathlib import Path
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

DEFAULT_PORTS = {"http": 80, "https": 443}


def secret(name: str) -> str:
    """The secret of that name, or what stands in the file that NAME_FILE names; "" where there is neither.

    The newline at the end of a file is not part of it. Raises ImproperlyConfigured where both are given, and where the
    file cannot be read or is empty.
    """
    value, path = os.environ.get(name, ""), os.environ.get(f"{name}_FILE", "")
    if not path:
        return value
    if value:
        raise ImproperlyConfigured(f"{name} and {name}_FILE are both set. Set one of them.")
    try:
        text = Path(path).read_text(encoding="utf-8")
    except OSError as error:
        raise ImproperlyConfigured(
            f"{name}_FILE names {path}, which cannot be read: {error.strerror}."
        ) from None
    except UnicodeDecodeError:
        raise ImproperlyConfigured(f"{name}_FILE names {path}, which is not a text in UTF-8.") from None
    text = text.removesuffix("\n").removesuffix("\r")
    if not text:
        raise ImproperlyConfigured(f"{name}_FILE names {path}, which is empty.")
    return text


def several(value: str) -> list[str]:
    """Several secrets in one value, with commas or line breaks between them."""
    return [part.strip() for part in value.replace("\n", ",").split(",") if part.strip()]


def authorities(name: str, path: str) -> str:
    """`path`, a PEM file of certificates, or "". Raises ImproperlyConfigured where it is not one."""
    if path:
        try:
            ssl.create_default_context(cafile=path)
        except OSError as error:  # ssl.SSLError is one
            raise ImproperlyConfigured(
                f"{name} names {path}, which is not a readable PEM file of certificates: {error.strerror}."
            ) from None
    return path


def trusting(options: dict, authorities: str) -> dict:
    """Options of libpq: where they want the server's certificate verified and do not say by whom, by `authorities`.

    Elsewhere nothing is added: with a root certificate at hand libpq would begin to verify under `sslmode=require` too.
    """
    if (
        authorities
        and options.get("sslmode") in ("verify-ca", "verify-full")
        and "sslrootcert" not in options
    ):
        return {**options, "sslrootcert": authorities}
    return options


def origin(name: str, address: str) -> str:
    """`address`, the value of the setting `name`, as a browser writes an origin: scheme, host, and a port that is not the usual one.

    Raises ImproperlyConfigured where it is not such an address.
    """
    try:
        parts = urlsplit(address.strip())
        port = parts.port
    except ValueError:
        parts, port = urlsplit(""), None
    if (
        parts.scheme not in DEFAULT_PORTS
        or not parts.hostname
        # ALLOWED_HOSTS means many names by these, and its first is where no address is set.
        or parts.hostname.startswith((".", "*"))
        or parts.username is not None
        or parts.path not in ("", "/")
        or parts.query
        or parts.fragment
    ):
        raise ImproperlyConfigured(
            f"{name} is {address!r}; it has to be like https://cwg.example.org or https://cwg.example.org:8443."
        )
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    ending = "" if port in (None, DEFAULT_PORTS[parts.scheme]) else f":{port}"
    return f"{parts.scheme}://{host}{ending}"
