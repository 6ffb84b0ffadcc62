"""What changes the data of the estimation service."""
