"""The mini-cluster: containers on this machine, as docker-compose.yml has them."""
