"""What the proposal service reads."""
