"""Intake of files: what a file is by its structure, what in it is refused, what it may do or carries; and its text.

`inspect(path, declared_name=...)` is the way in: it judges the file, and reads as much of it as that needs. `read(path)`
reads the text of one that was taken, later. Both work in a child process with limits. The child loads this package by itself, without Django: modules here import each other relatively and nothing
else of the portal, and only `sentences` needs Django.
"""

from .findings import DOCX, MEDIA_TYPES, PDF, TEXT_PARTIAL, Finding, Inspection, ReadText
from .limits import Limits
from .runner import inspect, read

__all__ = [
    "DOCX",
    "MEDIA_TYPES",
    "PDF",
    "TEXT_PARTIAL",
    "Finding",
    "Inspection",
    "Limits",
    "ReadText",
    "inspect",
    "read",
]
