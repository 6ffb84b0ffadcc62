"""What the estimation service takes and shows over HTTP."""
