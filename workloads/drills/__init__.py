"""Jobs of drills: they work on the cluster, and say as JSON what they see of it meanwhile."""
