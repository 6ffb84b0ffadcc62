"""What the requirements service takes and shows over HTTP, one module per kind of resource."""
