"""Running the portal: health, limits, backup and restore, the commands of whoever keeps it going."""
