"""The five functions: one folder each, named verb_noun, and nothing in them that thinks."""
