"""Clusters of EC2 instances, through Ray's own cluster launcher.

`files` has what a cluster keeps on this machine, `values` what its config leaves open, `launcher`
runs `ray up`, `instances` looks at EC2 by tag, `way` and `tunnel` lead to a node, `joined` waits
for the workers, and `gone` takes it all away; `cluster` joins the first three.
"""
