"""Detection power: backends that are broken on purpose, whether they are caught, and how soon."""
