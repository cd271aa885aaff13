"""Mail: letters and how they go out."""
