"""What is done with courses: planned, joined, held, told, and cared for."""
