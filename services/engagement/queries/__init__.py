"""What the engagement service reads."""
