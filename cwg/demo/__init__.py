"""The demonstration: people, the 2009 archive, a meeting in session and the next one. `manage.py demo` makes them.

Everything goes through the portal's own verbs, so that `manage.py verify` holds afterwards. Whatever a person
did since stays: each part is made once.
"""
