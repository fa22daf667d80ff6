"""One use case a module: here the law and the storage meet. The folders stand one above the other; a module imports those below its own."""
