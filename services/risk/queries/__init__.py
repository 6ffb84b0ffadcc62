"""What the risk service reads."""
