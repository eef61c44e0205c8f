"""The nouns of the register. `register.py` beside this package is the only code that writes a registered document."""

from .document import Document, PolicyIssue, Revision, Source
from .file import Blob, File
from .filed_for import CameBy, FiledFor, Letter, Objection
from .passage import Passage, ToIndex
from .receipt import PublishedHeads, Receipt, SignedStatement
from .register import Deadline, DeadlineRule, Register, Series, Slot
from .version import PreparedFile, Version

__all__ = [
    "Blob",
    "CameBy",
    "Deadline",
    "DeadlineRule",
    "Document",
    "File",
    "FiledFor",
    "Letter",
    "Objection",
    "Passage",
    "PolicyIssue",
    "PreparedFile",
    "PublishedHeads",
    "Receipt",
    "Register",
    "Revision",
    "Series",
    "SignedStatement",
    "Slot",
    "Source",
    "ToIndex",
    "Version",
]
