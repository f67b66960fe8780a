"""gridmap without HTTP: what is true whoever asks."""
