"""One use case a module: here the law and the storage meet."""
