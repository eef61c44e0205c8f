"""`./dev bench`: how fast the main pages are, beside a floor measured in the same run. Never part of a test.

The floor is a bare Django view that loads session and user and renders 100 rows from one query; a page's ratio to it
says how much of the machine the page's own work leaves.
"""
