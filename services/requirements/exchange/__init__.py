"""What is read of clients' files beside tables (texts, PDF, ReqIF), and requirements as files."""
