"""Alembic's entry: see shared/migrations.py."""

from services.requirements.models import Base
from shared.migrations import environment

environment(Base.metadata)
