# The stock server, with places for its archive that it may write to (docker-compose.yml, volumes `wal` and `base`).
# What archives its log, makes base backups and goes back to an instant is in database/, each with its own words at its head.
# A new volume takes its owner from the directory it covers, so that nothing has to begin as root; 999 is `postgres`.
FROM postgres:18.6-bookworm@sha256:3725f4e2499eef5134592b3b4ab79a543ed7f8e533b05b5b637af926630f6650
RUN install -d -o postgres -g postgres -m 0700 /wal /base
COPY --chmod=0755 database/ /usr/local/bin/
USER 999:999
