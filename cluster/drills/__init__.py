"""What drills do to the instances of a cluster, and what they see of them."""
