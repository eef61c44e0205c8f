"""Fill a database, start the portal and the floor under gunicorn, measure, print a table or JSON."""

import argparse
import itertools
import json
import os
import secrets
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import asdict
from pathlib import Path

import django
from django.conf import settings

ROOT = Path(__file__).resolve().parent.parent.parent
SECONDS = 5.0
COUNT = 2000
SUBMISSIONS = 700


def main() -> int:
    options = argparse.ArgumentParser(prog="./dev bench", description=__doc__)
    options.add_argument("--json", action="store_true", help="print one JSON object instead of a table")
    options.add_argument("--seconds", type=float, default=SECONDS, help="longest time for one measurement")
    options.add_argument(
        "--search",
        type=int,
        metavar="DOCUMENTS",
        help="measure the search among so many documents, and nothing else",
    )
    chosen = options.parse_args()
    port, floor_port = _free_port(), _free_port()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cwg.settings")
    os.environ.update(
        ALLOWED_HOSTS="127.0.0.1",
        SECURE_SSL_REDIRECT="0",
        SECURE_COOKIES="0",
        BEHIND_PROXY="0",
        LOG_LEVEL="ERROR",
    )
    os.environ.setdefault("SECRET_KEY", secrets.token_urlsafe(50))
    os.environ.setdefault("WEB_WORKERS", "2")
    django.setup()
    from django.core.management import call_command

    _say("Filling the database ...", chosen.json)
    call_command("migrate", verbosity=0)
    call_command("collectstatic", verbosity=0, interactive=False)
    if chosen.search:
        return _search(port, chosen)
    from cwg.bench import rows

    made = rows.make(SUBMISSIONS)
    queries = _queries(made)
    _gather_statistics()
    servers = [_serve(port, "cwg.settings"), _serve(floor_port, "cwg.bench.floor_settings")]
    try:
        _wait(servers[0], port, "/livez")
        _wait(servers[1], floor_port, "/floor/")
        results = _measure(made, port, floor_port, chosen)
    finally:
        for server in servers:
            server.terminate()
        for server in servers:
            server.wait(20)
    for name, count in queries.items():
        results[name]["queries"] = count
    _print(results, chosen.json)
    return 0


def _search(port: int, chosen) -> int:
    from cwg.bench import searching

    made = searching.make(chosen.search)
    _gather_statistics()
    server = _serve(port, "cwg.settings")
    try:
        _wait(server, port, "/livez")
        results = searching.measure(made, port, settings.SESSION_COOKIE_NAME, chosen.seconds)
    finally:
        server.terminate()
        server.wait(20)
    facts = {
        "documents": chosen.search,
        "seconds to index": made.seconds_to_index,
        "one word without the index, ms": made.seconds_unindexed * 1000,
        **{f"MB of {name}": size for name, size in made.megabytes.items()},
    }
    if chosen.json:
        print(json.dumps({"facts": facts, "results": results}, indent=2))
        return 0
    for name, value in facts.items():
        print(f"{name:<40}{value:>12.1f}")
    for name, row in results.items():
        print(f"{name:<26}{row['p50']:>9.1f} ms{row['p95']:>9.1f} ms at most of 95 %  {row['statuses']}")
    return 0


def _gather_statistics() -> None:
    from django.db import connection, connections

    from cwg.operations.ownership import as_owner

    with as_owner("to gather statistics"), connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    connections.close_all()


def _say(text: str, quiet: bool) -> None:
    if not quiet:
        print(text, flush=True)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _serve(port: int, settings: str) -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "-c", "cwg/gunicorn.py", "cwg.wsgi"],
        cwd=ROOT,
        env={**os.environ, "CWG_BIND": f"127.0.0.1:{port}", "DJANGO_SETTINGS_MODULE": settings},
        stdout=sys.stderr,
    )


def _wait(server: subprocess.Popen, port: int, path: str) -> None:
    for _ in range(200):
        if server.poll() is not None:
            break
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5)
            return
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.1)
    raise SystemExit("The server did not start.")


def _queries(made) -> dict[str, int]:
    """Queries of each page, counted in this process with the portal's own middleware."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    client = Client(headers={"host": "127.0.0.1"}, raise_request_exception=True)
    counted = {}
    for name, path in _pages(made).items():
        client.cookies.clear()
        if name != "sign-in page":
            client.cookies[settings.SESSION_COOKIE_NAME] = made.sessions[1]
        client.get(path)
        with CaptureQueriesContext(connection) as seen:
            answer = client.get(path)
            answer.close() if answer.streaming else answer.content
        counted[name] = len(seen)
    path, token, session = made.submissions.pop()
    client.cookies.clear()
    client.cookies[settings.SESSION_COOKIE_NAME] = session
    with CaptureQueriesContext(connection) as seen:
        client.post(path, {"token": token})
    counted["submit"] = len(seen)
    return counted


def _pages(made) -> dict[str, str]:
    return {
        "Home": "/",
        "meeting page": made.meeting,
        "document page": made.document,
        "1 MB download": made.download,
        "sign-in page": "/accounts/login/",
    }


def _measure(made, port: int, floor_port: int, chosen) -> dict[str, dict]:
    from cwg.bench import load

    submissions = iter(made.submissions)
    csrf = secrets.token_hex(16)

    def pages(path: str, sessions: list[str]):
        for number in itertools.count():
            cookie = (
                {"Cookie": f"{settings.SESSION_COOKIE_NAME}={sessions[number % len(sessions)]}"}
                if sessions
                else {}
            )
            yield "GET", path, {**cookie, "Accept-Encoding": "identity"}, b""

    def submits():
        for path, token, session in submissions:
            body = f"token={token}&csrfmiddlewaretoken={csrf}".encode()
            yield (
                "POST",
                path,
                {
                    "Cookie": f"{settings.SESSION_COOKIE_NAME}={session}; {settings.CSRF_COOKIE_NAME}={csrf}",
                    "Content-Type": "application/x-www-form-urlencoded",
                    "Origin": f"http://127.0.0.1:{port}",
                },
                body,
            )

    results: dict[str, dict] = {}
    plans = [("floor", floor_port, "/floor/", made.sessions)]
    plans += [
        (name, port, path, [] if name == "sign-in page" else made.sessions)
        for name, path in _pages(made).items()
    ]
    for name, at, path, sessions in plans:
        _say(f"Measuring {name} ...", chosen.json)
        load.run(at, pages(path, sessions), connections=4, count=40, seconds=5)  # warm up
        results[name] = {
            str(connections): asdict(
                load.run(
                    at, pages(path, sessions), connections=connections, count=COUNT, seconds=chosen.seconds
                )
            )
            for connections in (1, 16)
        }
    _say("Measuring submit ...", chosen.json)
    results["submit"] = {
        str(connections): asdict(
            load.run(port, submits(), connections=connections, count=count, seconds=chosen.seconds * 4)
        )
        for connections, count in ((1, 150), (16, 500))
    }
    floor = {connections: results["floor"][connections]["rate"] for connections in ("1", "16")}
    for result in results.values():
        for connections in ("1", "16"):
            result[connections]["ratio"] = result[connections]["rate"] / floor[connections]
    return results


def _print(results: dict[str, dict], as_json: bool) -> None:
    if as_json:
        print(json.dumps(results, indent=2))
        return
    print(
        f"\n{'page':<15}{'conn':>5}{'req/s':>9}{'ratio':>7}{'p50 ms':>9}{'p95 ms':>9}{'p99 ms':>9}{'queries':>9}{'bytes':>10}  answers"
    )
    for name, result in results.items():
        for connections in ("1", "16"):
            row = result[connections]
            print(
                f"{name:<15}{connections:>5}{row['rate']:>9.1f}{row['ratio']:>7.2f}{row['p50']:>9.1f}{row['p95']:>9.1f}"
                f"{row['p99']:>9.1f}{result.get('queries', ''):>9}{row['body']:>10}  {row['statuses']}"
            )


if __name__ == "__main__":
    raise SystemExit(main())
