"""The database as the tests talk to it: see `base.py`."""
