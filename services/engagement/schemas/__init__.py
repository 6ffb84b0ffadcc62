"""What the engagement service takes and shows over HTTP."""
