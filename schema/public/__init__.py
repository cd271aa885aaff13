"""What customers see of their own ticket. What is not here cannot reach them."""
