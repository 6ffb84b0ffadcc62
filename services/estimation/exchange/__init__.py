"""Past projects in files."""
