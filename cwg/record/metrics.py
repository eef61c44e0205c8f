"""What the portal counts of itself, as Prometheus reads it at `/metrics` (`cwg/operations/metrics_page.py`).

Two kinds. What a process sees itself (requests, waits) it counts in a metric made here; several processes count
into files of one folder (`metric_files.py`). What the database knows (queues, ages, the work of the background
processes) an app registers in `ready()`, and it is read when somebody asks.

Names follow Prometheus: `cwg_..._seconds`, `cwg_..._total`, an instant as `..._timestamp_seconds`. Labels hold names
of the code (a route, a job, a state), never a person, an address, a title, a path.
"""

import fcntl
import logging
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager

from django.db import Error
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector

from . import metric_files

logger = logging.getLogger(__name__)

REGISTRY = CollectorRegistry()
# Where this process counts, as the library saw it when it was loaded: whoever names a folder later counts into none.
_FOLDER = os.environ.get(metric_files.VARIABLE, "")
# Seconds: from a page that was kept to a submission that waited for its register in vain.
BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)

# Read from the database when somebody asks; at most a few questions each.
Source = Callable[[], Iterable[Metric]]
_sources: dict[str, Source] = {}


def counter(name: str, tells: str, labels: Sequence[str] = ()) -> Counter:
    """A count that only grows; `_total` is added to its name."""
    return Counter(name, tells, labels, registry=REGISTRY)


def seconds(name: str, tells: str, labels: Sequence[str] = ()) -> Histogram:
    """How long something took, in `BUCKETS`."""
    return Histogram(name, tells, labels, registry=REGISTRY, buckets=BUCKETS)


def level(name: str, tells: str) -> Gauge:
    """What a living process holds just now; asked for, those of all processes are added up."""
    return Gauge(name, tells, registry=REGISTRY, multiprocess_mode="livesum")


def reading(name: str, tells: str, values: dict[str, float] | float | None, label: str = "") -> Metric:
    """One reading of a source: a number, none, or one for each value of `label`."""
    family = GaugeMetricFamily(name, tells, labels=[label] if label else None)
    if isinstance(values, dict):
        for named, value in values.items():
            family.add_metric([named], value)
    elif values is not None:
        family.add_metric([], values)
    return family


def register(name: str, source: Source) -> None:
    """Have `source` read whenever `/metrics` is asked for."""
    _sources[name] = source


def read_sources() -> Iterator[Metric]:
    """What every source gives. One that the database refuses is passed over; the log says why."""
    for name, source in _sources.items():
        try:
            yield from list(source())
        except Error:
            logger.exception("metrics: %s could not be read", name)


class _Everything:
    def __init__(self, more: Iterable[Metric]):
        self._more = more

    def collect(self) -> Iterator[Metric]:
        if _FOLDER:
            with _nobody_tidies_up(_FOLDER):
                yield from list(MultiProcessCollector(None, _FOLDER).collect())
        else:
            yield from REGISTRY.collect()
        yield from self._more


def exposition(more: Iterable[Metric]) -> bytes:
    """What the processes counted, and `more`, in Prometheus' text format."""
    return generate_latest(_Everything(more))  # type: ignore[arg-type]  # it only collects


@contextmanager
def _nobody_tidies_up(folder: str) -> Iterator[None]:
    with open(os.path.join(folder, metric_files.LOCK), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_SH)
        yield
