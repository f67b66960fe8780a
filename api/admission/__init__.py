"""Who asks, what they may do, and how little those see who may see statistics alone."""
