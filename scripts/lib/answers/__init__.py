"""The written answers: their diagrams, their export, and the check of what they name."""
