"""Reading files of boundaries: archives, encodings, layers, coordinate systems, shapes."""
