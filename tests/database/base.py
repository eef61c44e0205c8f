"""PostgreSQL as in production: the owner makes the test database, and every statement of a test runs as the portal's role.

The tests connect as the administrator of the server (`DATABASE_URL`), who may step into each role, and step back where a
test damages what the portal's role cannot. Processes that a test starts sign in as the portal's role for real.
"""

import hashlib
from typing import Any

from django.conf import settings
from django.db.backends.base.base import NO_DB_ALIAS
from django.db.backends.postgresql import creation, operations
from django.db.utils import OperationalError
from psycopg.errors import DeadlockDetected

from cwg.operations import database_roles
from cwg.operations.database_roles import Login
from cwg.postgres import base

OWNER, PORTAL = "cwg_test_owner", "cwg_test_portal"
# At emptying the tables.
TRIES = 3


def login(role: str, database: dict[str, Any]) -> Login:
    """How `role` signs in itself. The password is for nobody who could not make it anew."""
    secret = f"{role} {database['PASSWORD']}"
    return Login.of(database | {"USER": role, "PASSWORD": hashlib.sha256(secret.encode()).hexdigest()})


def hand_over(database: dict[str, Any]) -> None:
    """As `manage.py prepare_database` does, for this database: what is in it belongs to the owner."""
    administrator = Login.of(database | {"NAME": "postgres"})
    database_roles.prepare(administrator, owner=login(OWNER, database), portal=login(PORTAL, database))


class DatabaseCreation(creation.DatabaseCreation):
    def _create_test_db(self, *args: Any, **kwargs: Any) -> str:
        name = super()._create_test_db(*args, **kwargs)
        hand_over(self.connection.settings_dict | {"NAME": name})
        self.become(OWNER)
        return name

    def create_test_db(self, *args: Any, **kwargs: Any) -> str:
        name = super().create_test_db(*args, **kwargs)
        self.connection.close()
        self.become(PORTAL)
        return name

    def become(self, role: str) -> None:
        self.connection.settings_dict["OPTIONS"]["assume_role"] = role


class DatabaseOperations(operations.DatabaseOperations):
    def execute_sql_flush(self, sql_list: list[str]) -> None:
        """Between tests every table is emptied. The portal's role may not, and the triggers stand: who looks after the
        server does it. A process that the test started may still be at a last question, whose locks and ours wait for each
        other: PostgreSQL ends ours then, and it is asked again.
        """
        role = settings.DATABASE_ROLE
        past = ["SET ROLE NONE", "SET session_replication_role = replica"]
        back = ["RESET session_replication_role", f"SET ROLE {role}"]
        statements = [*past, *sql_list, *back]
        for _ in range(TRIES - 1):
            try:
                return super().execute_sql_flush(statements)
            except OperationalError as error:
                if not isinstance(error.__cause__, DeadlockDetected):
                    raise
        return super().execute_sql_flush(statements)


class DatabaseWrapper(base.DatabaseWrapper):
    creation_class = DatabaseCreation
    ops_class = DatabaseOperations

    def ensure_role(self) -> bool:
        # Databases are made and dropped by the administrator.
        return False if self.alias == NO_DB_ALIAS else super().ensure_role()
