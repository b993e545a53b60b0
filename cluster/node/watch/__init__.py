"""The spot watcher: `python -m cluster.node.watch --head IP:6379`, on every worker.

EC2 takes a spot instance back at two minutes' notice, which stands in the instance's metadata and
nowhere else. Ray does not look there. This process does, and has Ray drain the node: no new work
comes to it, what runs goes on, and the autoscaler launches another node while there is time.

One process that only waits: Ray is not imported before there is a notice, and then in a process of
its own, which may hang or crash without harm (`leave`).
"""
