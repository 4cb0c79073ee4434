"""A corpus of hostile and broken files, each made by a function so that none is kept."""
