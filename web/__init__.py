"""What a browser or a notebook shows: map pages composed with Folium, and their assets."""
