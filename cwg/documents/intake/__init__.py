"""Intake of files: what a file is by its structure, what in it is refused, what its sender should know.

`inspect(path, declared_name=...)` is the way in; it reads the file in a child process with limits.
The child loads this package by itself, without Django: modules here import each other relatively and nothing
else of the portal, and only `sentences` needs Django.
"""

from .findings import DOCX, MEDIA_TYPES, PDF, Finding, Inspection
from .limits import Limits
from .runner import inspect

__all__ = ["DOCX", "MEDIA_TYPES", "PDF", "Finding", "Inspection", "Limits", "inspect"]
