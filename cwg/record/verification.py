"""What must hold of the record itself (quality: I5), for `manage.py verify`."""

from . import copying, seals, signing


def register(checks) -> None:
    checks.register("I5 the sealed days of the access log are as they were sealed", seals.faults)
    checks.register("I5 the last copy of each chain in file storage is the journal's", copying.faults)
    checks.register("I5 the signing keys are published as the portal's chain tells of them", signing.faults)
