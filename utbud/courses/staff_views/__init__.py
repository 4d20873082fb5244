"""Courses in the staff side: planning, the desk, the day itself, care for what we know of people."""
