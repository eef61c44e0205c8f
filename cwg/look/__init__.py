"""How the portal looks and reads: instants in words, components, navigation. Knows no other app of the project."""
