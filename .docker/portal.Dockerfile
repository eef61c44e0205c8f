# The portal: web, worker, beat, migrate and backup are this one image with different commands (docker-compose.yml).
# Base images are pinned to a release and to its digest, and kept up to date by .github/renovate.json (docs/developing.md,
# "Images"); `./dev lint` reads this file.

FROM python:3.14.8-slim-bookworm@sha256:c8137f4c460908c8763f281c8f22c431eb5c538514ba9553fc3a89c06b7cfb88 AS libraries
RUN pip install --no-cache-dir --root-user-action=ignore "uv==0.13.8"
WORKDIR /srv/portal
COPY pyproject.toml uv.lock ./
RUN uv sync --locked --no-dev --no-cache --compile-bytecode --python /usr/local/bin/python

FROM python:3.14.8-slim-bookworm@sha256:c8137f4c460908c8763f281c8f22c431eb5c538514ba9553fc3a89c06b7cfb88
# pg_dump and pg_restore of the server's version, for `manage.py backup` and `restore`.
RUN apt-get update \
  && apt-get install -y --no-install-recommends ca-certificates postgresql-common \
  && /usr/share/postgresql-common/pgdg/apt.postgresql.org.sh -y \
  && apt-get install -y --no-install-recommends postgresql-client-18 \
  && rm -rf /var/lib/apt/lists/*
ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PATH=/srv/portal/.venv/bin:$PATH \
  CWG_PG_BIN=/usr/lib/postgresql/18/bin
WORKDIR /srv/portal
COPY --from=libraries /srv/portal/.venv .venv
# docker-compose.yml: the rules of nginx, which an installation without compose has printed (`manage.py nginx_configuration`).
COPY manage.py pyproject.toml docker-compose.yml LICENSE NOTICE ./
# The bill of materials, once there was a release (`./dev release`): a pattern, because COPY refuses a file that is missing.
COPY docs/sbom.cdx.jso[n] ./
COPY cwg ./cwg
COPY meetings ./meetings
COPY contributions ./contributions
COPY templates ./templates
COPY static ./static
# The catalogues, once there are some.
COPY local[e] ./locale/
# Group 101 is nginx's: it hands out the files, which nobody else may read. A new volume takes its owner from the
# directory it covers.
RUN install -d -o 1000 -g 101 -m 0750 /srv/files && install -d -o 1000 -g 101 -m 0755 /srv/static \
  && install -d -o 1000 -g 101 -m 0700 /srv/backups /srv/beat
USER 1000:101
