def sweep_notices_now() -> int:
    return 0


def sweep_reminders_now() -> int:
    return 0
