"""A review as a document: one view in one language, set as pages and as slides."""
