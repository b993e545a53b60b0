"""Network, rights and storage on AWS as code, and what makes them and takes them away.

The network and the bastion are CloudFormation (network.yaml, bastion.yaml), rights and storage are
Terraform (rights/). What both make carries the tag `ray-on-aws` with the infra's name.
"""
