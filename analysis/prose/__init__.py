"""The sentences of the book: one module per chapter, every number quoted from a tidy result."""
