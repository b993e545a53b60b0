"""Instances for tests, as EC2 would have them."""

from __future__ import annotations

from dataclasses import replace

from cluster.rehearsal.machines import Machine

SPOT = Machine(
    number="i-0000000000000000a",
    state="running",
    address="127.0.0.7",
    instance_type="r8g.2xlarge",
    arch="arm64",
    zone="us-east-1a",
    region="us-east-1",
    market="spot",
    ami="ami-1",
    key="ssh-ed25519 AAAA one",
    user_data="#!/bin/sh\necho hello\n",
    role="ray-on-aws-us-east-1-worker",
    tags={"ray-node-type": "worker"},
)
ON_DEMAND = replace(SPOT, number="i-0000000000000001b", address="127.0.0.8", market="on-demand")
ENDED = replace(SPOT, number="i-0000000000000002c", address="127.0.0.9", state="terminated")
