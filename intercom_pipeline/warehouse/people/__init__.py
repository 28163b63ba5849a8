"""What is stored about people: which of it, in what form, and how somebody is taken out of it again."""
