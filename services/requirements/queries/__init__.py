"""What the requirements service reads."""
