"""Looking what became of replies that got no answer."""
