"""What changes data in the risk service."""
