"""The review of a period: which figures it shows, and what they call for by plain rules."""
