"""What the risk service takes and shows over HTTP."""
