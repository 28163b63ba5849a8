"""What was sent, what became of it, and which plans there are: no crash or second process loses it."""
