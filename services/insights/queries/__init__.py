"""What the insights service reads."""
