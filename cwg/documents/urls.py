"""Addresses of documents. A document's own address contains slashes: `wg-wsis-14/inf/3`."""

from datetime import date

from django.urls import path, register_converter

from . import (
    disclosure,
    downloads,
    objections,
    proofs,
    receipts,
    rule_views,
    translation_views,
    views,
)


class DocumentPath:
    """What `symbols.path` makes, and the archive's own addresses: 1 to 4 parts."""

    regex = r"[A-Za-z0-9._-]+(?:/[A-Za-z0-9._-]+){0,3}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


class Day:
    """A date as in ISO 8601; what is no date is no address."""

    regex = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"

    def to_python(self, value: str) -> date:
        return date.fromisoformat(value)

    def to_url(self, value: date) -> str:
        return value.isoformat()


register_converter(Day, "day")
register_converter(DocumentPath, "document")

app_name = "documents"
urlpatterns = [
    path("documents/", views.documents, name="documents"),
    path("documents/<document:path>/cover.pdf", views.cover_sheet, name="cover"),
    path("documents/<document:path>/disclosure/", disclosure.page, name="disclosure"),
    path("documents/<document:path>/translations/", translation_views.page, name="translations"),
    path(
        "documents/<document:path>/translations/upload/",
        translation_views.upload,
        name="translation-upload",
    ),
    path(
        "documents/<document:path>/translations/<int:pk>/remove/",
        translation_views.remove,
        name="translation-remove",
    ),
    path("documents/<document:path>/objection/", objections.page, name="objection"),
    path("documents/<document:path>/", views.document, name="document"),
    path("files/<uuid:pk>/", downloads.download, name="file"),
    path("letters/<uuid:pk>/", downloads.letter, name="letter"),
    path("rules/", rule_views.rules, name="rules"),
    path("rules/new/", rule_views.new, name="rule-new"),
    path("rules/<int:pk>/", rule_views.rule, name="rule"),
    path("rules/<int:pk>/switch/", rule_views.switch, name="rule-switch"),
    path("rules/preset/<slug:key>/<slug:slug>/", rule_views.preset, name="rule-preset"),
    path("receipts/<slug:code>/", receipts.receipt, name="receipt"),
    path("receipts/<slug:code>/receipt.pdf", receipts.receipt_pdf, name="receipt-pdf"),
    path("receipts/<slug:code>/statement.json", proofs.signed_statement, name="receipt-statement"),
    path("record/keys/", proofs.keys, name="keys"),
    path("record/check/", proofs.recipe, name="recipe"),
    path("record/verify_receipt.py", proofs.checker, name="checker"),
    path("record/heads/", proofs.heads_page, name="heads"),
    path("record/heads/<day:day>.json", proofs.heads_of_day, name="heads-of-day"),
    path(".well-known/cwg-chain-heads.json", proofs.heads_json, name="heads-json"),
    path(".well-known/cwg-signing-keys.json", proofs.keys_json, name="keys-json"),
]
