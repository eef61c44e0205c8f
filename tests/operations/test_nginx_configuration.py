"""nginx's configuration where there is no compose: the rules of docker-compose.yml, at other addresses."""

import http.client
import re
import signal
import subprocess
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from cwg.operations import nginx_configuration
from cwg.operations.nginx_configuration import CannotConfigure, Places
from tests import processes
from tests.compose_file import SERVICES
from tests.faults import proxy
from tests.ports import free_ports
from tests.programs import make_certificate, program

GIVEN = {"PORTAL_HOST": "cwg.example.org", "MAX_FILE_MB": "7", "OUTER_PROXIES": "10.0.0.0/8 192.0.2.7"}
PLACES = Places(
    certificate=Path("/etc/cwg/chain.pem"),
    key=Path("/etc/cwg/key.pem"),
    files=Path("/var/lib/cwg/files"),
    static=Path("/var/lib/cwg/static"),
    http=("80", "[::]:80"),
    https=("443", "[::]:443"),
)


@pytest.fixture
def of_compose() -> str:
    return nginx_configuration.interpolated(SERVICES["nginx"]["environment"]["NGINX_RULES"], GIVEN)


def directives(text: str) -> list[str]:
    """Each line that says something, without its indent."""
    return [line.strip() for line in text.splitlines() if line.strip() and not line.strip().startswith("#")]


def test_it_is_that_of_compose_but_for_addresses_and_places(of_compose):
    here, there = directives(nginx_configuration.configuration(PLACES, GIVEN)), directives(of_compose)
    changed = {line for line in there if line not in here}
    assert len(set(there) - changed) > 100
    places = r"resolver |server web:|listen |ssl_certificate(_key)? |alias /srv/|include /tmp/|(access|error)_log /"
    assert [line for line in changed if not re.match(places, line)] == []
    assert not [
        line for line in here if re.search(r"/srv/|/run/secrets|/tmp/|web:|\$\{|\$\$|\bresolve\b", line)
    ]


def test_what_the_container_reckons_before_it_starts_stands_in_its_place():
    said = directives(nginx_configuration.configuration(PLACES, GIVEN))
    assert said.count("client_max_body_size 15m;") == 1  # where files are sent to
    assert {"set_real_ip_from 10.0.0.0/8;", "set_real_ip_from 192.0.2.7;"} <= set(said)


def test_it_listens_at_each_of_its_addresses():
    said = nginx_configuration.configuration(PLACES, GIVEN)
    assert said.count("listen 80 default_server; listen [::]:80 default_server;") == 1
    assert said.count("listen 443 ssl default_server; listen [::]:443 ssl default_server;") == 1
    assert said.count("listen 443 ssl; listen [::]:443 ssl;") == 1


def test_an_older_nginx_is_told_of_http2_in_its_own_way():
    new = nginx_configuration.configuration(PLACES, GIVEN)
    assert new.count("http2 on;") == 1 and "ssl http2" not in new
    old = nginx_configuration.configuration(Places(**vars(PLACES) | {"nginx": (1, 22, 1)}), GIVEN)
    assert "http2 on;" not in old and old.count("ssl http2") == 4


def number(text: str, directive: str) -> int:
    (found,) = re.findall(rf"^ *{directive} (\d+);", text, re.MULTILINE)
    return int(found)


def test_the_container_starts_nginx_with_a_main_file_of_its_own(tmp_path):
    """Each reader may take two connections of a process, and a file that is handed out is open beside one."""
    service = SERVICES["nginx"]
    *shell, script = service["command"]
    script = nginx_configuration.interpolated(script, GIVEN)
    script = re.sub(r"(/etc/nginx/conf\.d|/tmp)/", f"{tmp_path}/", script)
    (tmp_path / "nginx").write_text('#!/bin/sh\nprintf "%s\\n" "$@"\n')
    (tmp_path / "nginx").chmod(0o755)
    given = {
        name: nginx_configuration.interpolated(service["environment"][name], GIVEN)
        for name in service["environment"]
    }
    started = subprocess.run(
        [*shell, script],
        env={**given, "PATH": f"{tmp_path}:/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert started.stdout.splitlines() == ["-c", f"{tmp_path}/nginx.conf", "-g", "daemon off;"]
    main = (tmp_path / "nginx.conf").read_text()
    assert (tmp_path / "default.conf").read_text() == given["NGINX_RULES"]
    assert directives(main).count("include /etc/nginx/conf.d/default.conf;") == 1
    assert number(main, "worker_connections") >= 4096
    assert number(main, "worker_rlimit_nofile") >= 2 * number(main, "worker_connections")


KB = 1024


def test_as_many_connections_as_nginx_holds_fit_into_its_memory_on_whatever_machine():
    """50 KB: what nginx was seen to keep of one over TLS whose headers are long and never end."""
    service = SERVICES["nginx"]
    main = nginx_configuration.interpolated(service["environment"]["NGINX_MAIN"], GIVEN)
    (most,) = re.findall(r"^(\d+)m$", nginx_configuration.interpolated(service["mem_limit"], GIVEN))
    held = number(main, "worker_processes") * number(main, "worker_connections")
    assert held * 50 * KB < int(most) * KB * KB


def test_the_main_file_elsewhere_is_that_of_the_container_around_the_rules():
    of_container = directives(SERVICES["nginx"]["environment"]["NGINX_MAIN"])
    made = directives(nginx_configuration.whole("one;\n\nserver {\n  two;\n}\n", GIVEN, user="www-data"))
    place = of_container.index("include /etc/nginx/conf.d/default.conf;")
    assert made == [
        "user www-data;",
        *of_container[1:place],
        *("one;", "server {", "two;", "}"),
        *of_container[place + 1 :],
    ]
    assert not nginx_configuration.whole("one;\n", GIVEN).count("user ")


def test_the_main_file_elsewhere_is_filled_in_as_the_rules_are(tmp_path, settings):
    text = (settings.BASE_DIR / "docker-compose.yml").read_text()
    changed = "keepalive_timeout ${PATIENCE:-65}; # $$x"
    (tmp_path / "docker-compose.yml").write_text(text.replace("keepalive_timeout 65;", changed))
    settings.BASE_DIR = tmp_path
    made = nginx_configuration.whole("if ($one) { return 404; }\n", {"PATIENCE": "7"})
    assert "keepalive_timeout 7; # $x\n" in made and "if ($one) {" in made


def test_the_main_file_leaves_it_to_the_rules_where_logs_lie():
    """Beside them nginx writes to the place that it was built with, or was started with (`-e`)."""
    assert "log" not in "".join(directives(nginx_configuration.whole("", GIVEN)))


@pytest.mark.parametrize("word", ["user nginx;", "include /etc/nginx/conf.d/default.conf;"])
def test_a_main_file_of_compose_that_has_changed_is_refused(word, tmp_path, settings):
    text = (settings.BASE_DIR / "docker-compose.yml").read_text()
    (tmp_path / "docker-compose.yml").write_text(text.replace(word, "something else;"))
    settings.BASE_DIR = tmp_path
    with pytest.raises(CannotConfigure, match=r"^docker-compose\.yml does not say .* any more\.$"):
        nginx_configuration.whole("one;\n", GIVEN)


@pytest.mark.parametrize("word", ["server web:8000 resolve", "listen 443 ssl", "/srv/files/", "http2 on;"])
def test_a_configuration_of_compose_that_has_changed_is_refused(word, tmp_path, settings):
    text = (settings.BASE_DIR / "docker-compose.yml").read_text()
    (tmp_path / "docker-compose.yml").write_text(text.replace(word, "something else"))
    settings.BASE_DIR = tmp_path
    with pytest.raises(CannotConfigure, match=r"^docker-compose\.yml does not say .* any more\.$"):
        nginx_configuration.configuration(PLACES, GIVEN)


def test_a_part_that_nobody_makes_is_refused(tmp_path, settings):
    text = (settings.BASE_DIR / "docker-compose.yml").read_text()
    (tmp_path / "docker-compose.yml").write_text(text.replace("> /tmp/outer-proxies.conf", "> /dev/null"))
    settings.BASE_DIR = tmp_path
    with pytest.raises(CannotConfigure, match=r"includes /tmp/outer-proxies\.conf"):
        nginx_configuration.configuration(PLACES, GIVEN)


@pytest.fixture
def installed(settings, monkeypatch):
    settings.ALLOWED_HOSTS = ["cwg.example.org", "inner.example.org"]
    settings.PORTAL_URL = "https://cwg.example.org:8443"
    settings.STORAGE_DIR, settings.STATIC_ROOT = "/var/lib/cwg/files", "/var/lib/cwg/static"
    for name in ("HTTPS_PORT", "OUTER_PROXIES", "MAX_FILE_MB", "PORTAL_HOST"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TLS_CERTIFICATE", "/etc/cwg/chain.pem")
    monkeypatch.setenv("TLS_KEY", "/etc/cwg/key.pem")


def printed(*arguments: str) -> str:
    out = StringIO()
    call_command("nginx_configuration", *arguments, stdout=out)
    return out.getvalue()


def test_the_command_prints_it_with_the_settings_of_the_portal(installed, monkeypatch):
    monkeypatch.setenv("SECURE_HSTS_SECONDS", "3600")
    text = printed("--user", "www-data", "--web", "127.0.0.1:9000", "--liveness", "127.0.0.1:9001")
    said = directives(text)
    assert said[0] == "user www-data;"
    assert said.count("server_name cwg.example.org inner.example.org;") == 2
    assert 'map "https://cwg.example.org:8443" $own_authority {' in said
    assert 'default "max-age=3600$hsts_subdomains$hsts_preload";' in said
    # Twice in each group of hosts.
    assert said.count("server 127.0.0.1:9000 max_fails=0;") == 4
    assert said.count("server 127.0.0.1:9001 max_fails=0;") == 2
    assert {"ssl_certificate /etc/cwg/chain.pem;", "alias /var/lib/cwg/files/;"} <= set(said)


def test_several_hosts_are_named_one_after_the_other(installed):
    said = directives(printed("--web", "10.0.0.5:8000", "--web", "10.0.0.6:8000"))
    hosts = ["server 10.0.0.5:8000 max_fails=0;", "server 10.0.0.6:8000 max_fails=0;"]
    assert [line for line in said if line.startswith("server 10.")] == hosts * 4


def test_the_command_writes_it_to_a_file(installed, tmp_path):
    assert printed("--output", str(tmp_path / "nginx.conf")) == ""
    assert (tmp_path / "nginx.conf").read_text() == printed()


@pytest.mark.parametrize("name", ["TLS_CERTIFICATE", "TLS_KEY"])
def test_without_a_certificate_it_says_what_is_missing(installed, monkeypatch, name, tmp_path):
    monkeypatch.delenv(name)
    with pytest.raises(CommandError, match=f"^{name} is not set"):
        printed("--output", str(tmp_path / "nginx.conf"))
    assert list(tmp_path.iterdir()) == []


def test_what_is_no_nginx_is_refused(installed, tmp_path):
    with pytest.raises(CommandError, match="is no nginx"):
        printed("--program", str(tmp_path / "nginx"))
    with pytest.raises(CommandError, match="does not tell its version"):
        printed("--program", "/bin/true")


def test_nginx_itself_accepts_what_is_printed(installed, monkeypatch, tmp_path):
    nginx = program("nginx")
    make_certificate("cwg.example.org", tmp_path / "chain.pem", tmp_path / "key.pem")
    monkeypatch.setenv("TLS_CERTIFICATE", str(tmp_path / "chain.pem"))
    monkeypatch.setenv("TLS_KEY", str(tmp_path / "key.pem"))
    text = printed("--program", nginx)
    # Only root may write to these; what they say was seen above.
    text = text.replace("/run/nginx.pid", f"{tmp_path}/pid").replace("/var/log/nginx/", f"{tmp_path}/")
    text = text.replace("http {", f"http {{ {proxy.scratch(tmp_path)}", 1)
    (tmp_path / "nginx.conf").write_text(text)
    tested = subprocess.run(
        [nginx, "-t", "-e", f"{tmp_path}/error.log", "-c", f"{tmp_path}/nginx.conf"],
        capture_output=True,
        text=True,
    )
    assert tested.returncode == 0, tested.stderr
    assert "[warn]" not in tested.stderr


# --- Names ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("allowed", "further"),
    [
        (["cwg.example.org"], ()),
        (["Inner.example.org", "cwg.example.org", "cwg.example.org"], ("inner.example.org",)),
        ([".example.org", "127.0.0.1", "[::1]"], (".example.org", "127.0.0.1", "[::1]")),
        # nginx's own word for a name and all below it says the name again.
        (["cwg.example.org", ".cwg.example.org"], ("*.cwg.example.org",)),
        (["cwg.example.org", ".example.net", "example.net"], ("*.example.net", "example.net")),
        (["*"], ("~.",)),
    ],
)
def test_each_name_that_the_portal_answers_to_is_served_its_own_first(allowed, further):
    own = "cwg.example.org"
    assert nginx_configuration.server_names(allowed, f"https://{own}:8443") == (own, further)


def test_names_that_do_not_fit_are_refused_with_the_reason(installed, settings, tmp_path):
    for allowed, why in (
        (["inner.example.org"], r"PORTAL_URL is at cwg\.example\.org, which is not among ALLOWED_HOSTS"),
        (["cwg.example.org", "a b; c"], "'a b; c' of ALLOWED_HOSTS is no name of a host"),
    ):
        settings.ALLOWED_HOSTS = allowed
        with pytest.raises(CommandError, match=why):
            printed("--output", str(tmp_path / "nginx.conf"))
    # Every name is allowed, and this one says more than a name.
    settings.ALLOWED_HOSTS, settings.PORTAL_URL = ["*"], "https://a;return 200 $realip_remote_addr"
    with pytest.raises(CommandError, match=r"'a;return 200 \$realip_remote_addr' of PORTAL_URL is no name"):
        printed("--output", str(tmp_path / "nginx.conf"))
    assert list(tmp_path.iterdir()) == []


LONG = ".".join(["n" * 60] * 4)


@pytest.mark.parametrize("url", ["https://cwg.example.org", f"https://{LONG}"])
def test_nginx_serves_all_of_them_and_no_other(installed, settings, monkeypatch, tmp_path, url):
    """Each stays where it is, with the port that people use; a name below a wildcard too."""
    settings.PORTAL_URL = f"{url}:8443"
    own = url.removeprefix("https://")
    settings.ALLOWED_HOSTS = [own, f"a.{LONG}", ".example.net", "example.net", "127.0.0.1", "[::1]"]
    make_certificate("cwg.example.org", tmp_path / "chain.pem", tmp_path / "key.pem")
    monkeypatch.setenv("TLS_CERTIFICATE", str(tmp_path / "chain.pem"))
    monkeypatch.setenv("TLS_KEY", str(tmp_path / "key.pem"))
    nginx, ports = program("nginx"), free_ports("http", "https", "health", "web", "liveness")
    text = printed("--program", nginx)
    process = proxy.start_elsewhere(text, tmp_path, ports)
    try:
        served = {
            name: asked(ports["http"], name)
            for name in (own, f"a.{LONG}", "example.net", "a.b.EXAMPLE.net", "127.0.0.1", "[::1]")
        }
        assert served == {name: (301, f"https://{name.lower()}:8443/x") for name in served}
        for other in ("example.org", "notexample.net", "cwg.example.org.evil.example"):
            status, there = asked(ports["http"], other)
            assert (status >= 400, there) == (True, None)
    finally:
        processes.end(process, signal.SIGQUIT, within=10)
    assert "[warn]" not in (tmp_path / "error.log").read_text()


def asked(port: int, host: str) -> tuple[int, str | None]:
    wire = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        wire.request("GET", "/x", headers={"Host": host})
        answer = wire.getresponse()
        return answer.status, answer.headers["Location"]
    finally:
        wire.close()
