"""What a process keeps in memory between requests, and how it knows that it is still true."""
