"""Problems in the shapes people have: what holds rows (one module a container), and how rows become problems."""
