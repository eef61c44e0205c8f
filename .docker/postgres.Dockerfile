# The stock server, with places for its archive that it may write to (docker-compose.yml, volumes `wal` and `base`).
# No USER: the image's entry point begins as root to hand a new volume over, then runs the server as `postgres`.
FROM postgres:18-bookworm
RUN install -d -o postgres -g postgres -m 0700 /wal /base
