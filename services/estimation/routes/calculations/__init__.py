"""Figures of what somebody sends; nothing is kept."""
