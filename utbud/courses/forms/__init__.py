"""What people and staff write about courses."""
