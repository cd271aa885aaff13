"""What can be done: one operation, one function. Knows no GraphQL, no HTTP and no queue."""
