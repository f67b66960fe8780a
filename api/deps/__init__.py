"""What routes ask for by type, checked before a route begins."""
