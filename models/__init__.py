"""What is: the tables, their enums, and the pure rules of the product."""
