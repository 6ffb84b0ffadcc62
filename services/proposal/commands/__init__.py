"""What changes data in the proposal service."""
