"""Formats of labels: each read into neutral records, and written from them. No store is known here."""
