"""What `./invoke bench` does beside measuring."""
