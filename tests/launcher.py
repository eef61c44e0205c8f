"""`./dev` as a module: what it starts servers with, the tests start theirs with."""

from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path

_loader = SourceFileLoader("dev", str(Path(__file__).resolve().parent.parent / "dev"))
dev = module_from_spec(spec_from_loader("dev", _loader))
_loader.exec_module(dev)
