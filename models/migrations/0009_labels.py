"""Names of labels are one of a kind whatever their case."""

from tortoise import migrations
from tortoise.migrations import operations as ops

UP = [
    # Of labels that differ in case alone, the oldest keeps its name.
    """UPDATE label SET name = left(name, 40) || ' ' || id WHERE EXISTS (
         SELECT FROM label older WHERE older.workspace_id = label.workspace_id
         AND lower(older.name) = lower(label.name) AND older.id < label.id)""",
    "CREATE UNIQUE INDEX label_name ON label (workspace_id, lower(name))",
]
DOWN = ["DROP INDEX label_name"]


class Migration(migrations.Migration):
    dependencies = [("models", "0008_search")]

    operations = [
        ops.RemoveConstraint(model_name="Label", name=None, fields=["workspace_id", "name"]),
        ops.AlterModelOptions(
            name="Label",
            options={
                "table": "label",
                "app": "models",
                "pk_attr": "id",
                "table_description": "A word of the workspace's own. Its name is one of a kind in the workspace, whatever its case.",
            },
        ),
        ops.RunSQL(UP, DOWN),
    ]
