"""The reference as it is."""
