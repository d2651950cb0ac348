"""The migrations make what the models expect, on both databases, and can be taken back."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import peewee
import pytest
from playhouse.migrate import migrate
from playhouse.migrations import MigrationError
from playhouse.schema_diff import diff_models

from backend.core import db
from tests.databases import TestDatabase

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("backend", "iot", "conversations", "bots", "broadcasts")


def every_model() -> list[type[db.Model]]:
    """Found in the source, so that a model that nothing imports yet counts too."""
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            if "migrations" not in path.parts and "Model)" in path.read_text():
                import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
    found, waiting = [], [db.Model]
    while waiting:
        for model in waiting.pop().__subclasses__():
            waiting.append(model)
            # Peewee makes a class of its own for the way between models; only ours are tables.
            if model.__module__.startswith(PACKAGES):
                found.append(model)
    return found


def test_the_migrated_schema_is_the_models_schema(database: TestDatabase) -> None:
    models = every_model()
    assert len(models) > 10
    difference = diff_models(db.db.obj, models)
    # What the search box looks in is a column and an index that no model can say.
    difference.drop_columns[:] = [c for c in difference.drop_columns if c[1] != "word_vector"]
    difference.drop_indexes[:] = [i for i in difference.drop_indexes if not i.name.endswith("_words")]
    assert not difference, f"models and migrations differ:\n{difference}"


def test_columns_have_the_kinds_and_nulls_that_the_models_say(database: TestDatabase) -> None:
    wrong = []
    for model in every_model():
        table = model._meta.table_name
        migrated = {column.name: column for column in db.db.get_columns(table)}
        for field in model._meta.sorted_fields:
            column = migrated.get(field.column_name)
            if column is not None and not field.primary_key and bool(column.null) != bool(field.null):
                wrong.append(f"{table}.{field.column_name}: null={column.null}, the model says {field.null}")
    assert not wrong, "\n".join(wrong)


def test_no_table_is_left_without_a_model(database: TestDatabase) -> None:
    known = {model._meta.table_name for model in every_model()} | {"schema_migration"}
    # SQLite keeps what the search box looks in as tables of its own.
    extra = {name for name in db.db.get_tables() if "_words" not in name}
    assert extra - known == set()


def test_all_migrations_can_be_taken_back_and_made_again(database: TestDatabase) -> None:
    history = db.runner()
    names = [migration.name for migration in history.status()]
    assert history.down(names[0]) == list(reversed(names))
    assert set(db.db.get_tables()) <= {"schema_migration"}
    assert history.up() == names


def test_migrating_twice_changes_nothing(database: TestDatabase) -> None:
    assert db.migrate() == []


def test_deleting_a_parent_is_refused_on_both_databases_alike(database: TestDatabase) -> None:
    from backend.core import orgs

    district = orgs.add("示范区", "district")
    orgs.add("幸福街道", "street", district)
    with pytest.raises(peewee.IntegrityError):
        district.delete_instance()


def test_a_table_that_is_built_anew_does_not_lose_its_triggers_unnoticed(
    sqlite_database: TestDatabase,
) -> None:
    migrator = db.runner().migrator
    lost = pytest.raises(MigrationError, match="delivery_moved_again, delivery_moved_on, delivery_moved_out")
    with lost, migrator.migration_context():
        migrate(migrator.drop_not_null("delivery", "channel"))
    found = db.execute("SELECT COUNT(*) FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'delivery'")
    assert found.fetchone() == (3,), "and nothing of it is done"
    with migrator.migration_context():
        db.db.execute_sql("DROP TRIGGER delivery_moved_on")  # on purpose
