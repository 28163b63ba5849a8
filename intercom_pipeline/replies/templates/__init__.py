"""What replies say: templates that can do nothing else, and the bodies they give."""
