"""One channel, one file. They know ``channel`` and ``post`` and nothing else of the house."""
