"""What changes the data of the engagement service."""
