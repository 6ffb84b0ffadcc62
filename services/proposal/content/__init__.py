"""What a proposal says: assembled from the four events, the only input of its documents."""
