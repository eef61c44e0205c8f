"""What the record tells `/metrics`: the background jobs, the verification, the chains and their copies."""

from collections.abc import Iterator

from prometheus_client.core import Metric

from . import copy_states, heartbeat, jobs
from .metrics import reading
from .models import VerificationRun


def read() -> Iterator[Metric]:
    """Instants are Unix times by the database's clock."""
    yield reading(
        "cwg_job_last_done_timestamp_seconds",
        "When each background job was last done",
        {name: at.timestamp() for name, at in jobs.last_done().items() if at is not None},
        "job",
    )
    seen = heartbeat.last()
    yield reading(
        "cwg_worker_last_seen_timestamp_seconds",
        "When the background worker last said that it is at work",
        seen.timestamp() if seen else None,
    )
    run = VerificationRun.objects.order_by("-at", "-pk").first()
    yield reading(
        "cwg_verification_last_timestamp_seconds",
        "When a verification of the record was last kept: the nightly run, or a command with news",
        run.at.timestamp() if run else None,
    )
    yield reading(
        "cwg_verification_held",
        "Whether everything held when it was",
        float(run.held) if run else None,
    )
    yield reading(
        "cwg_chain_copies_behind_entries",
        "Entries of the journal without a copy in the storage",
        float(sum(state.missing for state in copy_states.all_chains())),
    )
