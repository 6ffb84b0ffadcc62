"""The command of operators: `python -m presales`."""

VERSION = "0.1.0"
"""Of the product; that of pyproject.toml and of the images."""
