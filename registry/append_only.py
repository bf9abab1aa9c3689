"""Make tables append-only in the database itself: triggers refuse UPDATE and DELETE on SQLite and PostgreSQL.

A model declares itself by inheriting `AppendOnly`; its migration adds `forbid_changes("app_table")`, and so does every
later one that alters the table: SQLite makes an altered table anew, without its triggers.
"""

from django.db import migrations, models

SQLITE = """
CREATE TRIGGER IF NOT EXISTS {table}_no_{verb} BEFORE {VERB} ON {table}
BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END;
"""
# What is said once and never otherwise, of a row that changes in other ways.
SQLITE_SETTLED = """
CREATE TRIGGER IF NOT EXISTS {table}_{column}_settled BEFORE UPDATE OF {column} ON {table}
WHEN OLD.{column} IS NOT NEW.{column}
BEGIN SELECT RAISE(ABORT, '{table}.{column} is settled'); END;
"""
POSTGRESQL_SETTLED_FUNCTION = """
CREATE OR REPLACE FUNCTION countersign_settled() RETURNS trigger AS $$
BEGIN RAISE EXCEPTION '%.% is settled', TG_TABLE_NAME, TG_ARGV[0] USING ERRCODE = 'integrity_constraint_violation'; END;
$$ LANGUAGE plpgsql;
"""
POSTGRESQL_SETTLED = """
CREATE OR REPLACE TRIGGER {table}_{column}_settled BEFORE UPDATE ON {table} FOR EACH ROW
WHEN (OLD.{column} IS DISTINCT FROM NEW.{column}) EXECUTE FUNCTION countersign_settled('{column}');
"""
POSTGRESQL_FUNCTION = """
CREATE OR REPLACE FUNCTION countersign_append_only() RETURNS trigger AS $$
BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation'; END;
$$ LANGUAGE plpgsql;
"""
POSTGRESQL = """
CREATE OR REPLACE TRIGGER {table}_no_{verb} BEFORE {VERB} ON {table}
FOR EACH {level} EXECUTE FUNCTION countersign_append_only();
"""


class AppendOnlyError(Exception):
    """A record that may only be added was about to be changed or deleted."""


class AppendOnlyQuerySet(models.QuerySet):
    def update(self, **kwargs):
        raise AppendOnlyError(f"{self.model.__name__} records are added, never changed.")

    def delete(self):
        raise AppendOnlyError(f"{self.model.__name__} records are added, never deleted.")


class AppendOnly(models.Model):
    """A record that is added once. A correction is a new record that names the old one."""

    objects = AppendOnlyQuerySet.as_manager()

    class Meta:
        abstract = True

    def save(self, *args, **kwargs):
        if not self._state.adding:
            raise AppendOnlyError(f"{type(self).__name__} records are added, never changed.")
        super().save(*args, force_insert=True, **{k: v for k, v in kwargs.items() if k != "force_insert"})

    def delete(self, *args, **kwargs):
        raise AppendOnlyError(f"{type(self).__name__} records are added, never deleted.")


def _statements(vendor, table):
    if vendor == "sqlite":
        return [SQLITE.format(table=table, verb=verb, VERB=verb.upper()) for verb in ("update", "delete")]
    statements = [POSTGRESQL_FUNCTION]
    for verb in ("update", "delete"):
        statements.append(POSTGRESQL.format(table=table, verb=verb, VERB=verb.upper(), level="ROW"))
    return statements


def forbid_changes(*tables):
    """A migration operation that makes `tables` append-only on the database at hand."""
    forwards, backwards = _operations(tables)
    return migrations.RunPython(forwards, backwards)


def allow_changes(*tables):
    """Its reverse, for a migration that changes such a table's columns and then forbids changes again."""
    forwards, backwards = _operations(tables)
    return migrations.RunPython(backwards, forwards)


def settle(table, column):
    """A migration operation after which `column` keeps the value a row was made with. Like `forbid_changes`, it is
    said again by each later migration that alters the table."""

    def forwards(apps, schema_editor):
        if schema_editor.connection.vendor == "sqlite":
            statements = [SQLITE_SETTLED]
        else:
            statements = [POSTGRESQL_SETTLED_FUNCTION, POSTGRESQL_SETTLED]
        for statement in statements:
            made = statement if statement is POSTGRESQL_SETTLED_FUNCTION else statement.format(table=table, column=column)
            schema_editor.execute(made, params=None)

    def backwards(apps, schema_editor):
        on = f" ON {table}" if schema_editor.connection.vendor == "postgresql" else ""
        schema_editor.execute(f"DROP TRIGGER IF EXISTS {table}_{column}_settled{on}", params=None)

    return migrations.RunPython(forwards, backwards)


def _operations(tables):
    def forwards(apps, schema_editor):
        for table in tables:
            for statement in _statements(schema_editor.connection.vendor, table):
                schema_editor.execute(statement, params=None)

    def backwards(apps, schema_editor):
        for table in tables:
            for verb in ("update", "delete"):
                on = f" ON {table}" if schema_editor.connection.vendor == "postgresql" else ""
                schema_editor.execute(f"DROP TRIGGER IF EXISTS {table}_no_{verb}{on}", params=None)

    return forwards, backwards
