"""E-mail addresses: kept and shown as they were typed, compared in small letters.

The column does the comparing, so that whoever asks for a person by address finds the same one: a page, a command, and the
sign-in library, which knows nothing of our rule and asks in small letters. The database lowers both sides, as its
constraint does.
"""

from typing import Any

from django.db import models
from django.db.models import lookups
from django.db.models.sql import Query


class AddressField(models.EmailField):
    """An e-mail address. `exact`, `iexact` and `in` mean the same mailbox, whatever its letters' case."""


def folded(address: str) -> str:
    """`address` as it is compared outside the database: in small letters, without blanks around it.

    Letter for letter, as the database does it. Python's own way for a whole word turns some letters into two, or into
    another at its end: then one mailbox, written in several ways, would be several here.
    """
    return "".join(letter.lower()[0] for letter in address.strip())


def same(one: str, other: str) -> bool:
    """Whether two addresses are one mailbox."""
    return folded(one) == folded(other)


class _Lowered:
    """What a comparison of addresses puts around its left side: the very expression that the index is made on."""

    def process_lhs(self, compiler: Any, connection: Any, lhs: Any = None) -> tuple[str, Any]:
        sql, params = super().process_lhs(compiler, connection, lhs)  # type: ignore[misc]
        return f"LOWER({sql})", params


@AddressField.register_lookup
class SameAddress(_Lowered, lookups.Exact):
    def process_rhs(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        sql, params = super().process_rhs(compiler, connection)
        return f"LOWER({sql})", params


# Told apart by nothing else: Django's own `iexact` would compare in capitals, which no index here answers.
AddressField.register_lookup(SameAddress, "iexact")


@AddressField.register_lookup
class OneOfTheAddresses(_Lowered, lookups.In):
    def get_prep_lookup(self) -> Any:
        if isinstance(self.rhs, Query):
            raise TypeError("Addresses are compared with a list, or with one another by a join.")
        return super().get_prep_lookup()

    def resolve_expression_parameter(self, compiler: Any, connection: Any, sql: str, param: Any) -> Any:
        sql, params = super().resolve_expression_parameter(compiler, connection, sql, param)
        return f"LOWER({sql})", params
