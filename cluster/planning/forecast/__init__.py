"""What a cluster would do for a demand: which nodes come and go when, and what they cost.

Ray's own autoscaler decides; time, EC2 and the tasks are simulated. See docs/plan.md.
"""
