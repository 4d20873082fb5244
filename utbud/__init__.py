"""Digitalt utbud: write once, approve once, reach everyone."""
