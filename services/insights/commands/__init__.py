"""What changes the data of the insights service."""
