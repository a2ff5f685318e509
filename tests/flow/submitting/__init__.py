"""Submitting while everything goes wrong."""
