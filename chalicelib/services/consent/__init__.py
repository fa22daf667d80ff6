"""Consent to a query or a report: asked for, given, given in advance, on paper, ended."""
