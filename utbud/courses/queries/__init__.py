"""What is asked about courses: seats, dates, people."""
