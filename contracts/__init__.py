"""The contract language: conditions, documents, rules and findings, in plain Python without Django."""
