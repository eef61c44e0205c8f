def register(checks) -> None:
    pass
