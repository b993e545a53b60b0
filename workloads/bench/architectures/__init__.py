"""Kinds of node compared by the same work: what they do a second, a vCPU and a dollar.

A pool is the nodes of a subcluster, all of one instance type. Each workload is measured with each
pool alone, once on as many vCPUs of each and once on as many dollars' worth. Which pools there are
and what they cost comes from outside.
"""
