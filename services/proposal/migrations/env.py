"""Alembic's entry: see shared/kernel/migrations.py."""

from shared.kernel.migrations import environment

environment()
