"""Who is answered."""
