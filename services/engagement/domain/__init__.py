"""Arithmetic of the engagement service: working time, capacity, assignment, satisfaction. No database, no HTTP."""
