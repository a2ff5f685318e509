"""The DynamoDB table: what is kept in it, item by item, and the ports over it."""
