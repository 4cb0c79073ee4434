"""What was answered to requests that may be sent again."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Make the table of answers."""
    op.create_table(
        "answers",
        sa.Column("key", sa.String, primary_key=True),
        sa.Column("asked", sa.String, nullable=False),
        sa.Column("at", sa.String, nullable=False),
        sa.Column("answer", sa.JSON, nullable=False),
    )
