"""What changes the data of the requirements service."""
