"""Who lives and works in the invented land, and what happens there."""
