"""Who gets in: connections, keys, hosts, and how many requests at once."""
