"""Alembic's entry: see shared/migrations.py."""

from shared.migrations import environment

environment("estimation")
