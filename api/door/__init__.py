"""Before a request: bounds on its head, its body and its number, and what every answer says."""
