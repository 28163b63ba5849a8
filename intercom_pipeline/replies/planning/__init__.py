"""Making plans: who exists and can be reached, and what a person sees before anything is sent."""
