"""The images: their Dockerfiles and graph, building them, naming them, pushing them."""
