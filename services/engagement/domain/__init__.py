"""Arithmetic of the engagement service: working time and response clocks. No database, no HTTP."""
