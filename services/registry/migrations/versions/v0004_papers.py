"""What councils keep of their meetings."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Make the table of papers."""
    op.create_table(
        "papers",
        sa.Column("change_id", sa.Integer, primary_key=True, autoincrement=False),
        *(
            sa.Column(name, sa.String, nullable=False)
            for name in ("paper_id", "kind", "council_id", "at", "who", "action")
        ),
        sa.Column("told", sa.JSON, nullable=False),
    )
    op.create_index("ix_papers_paper_id", "papers", ["paper_id"])
