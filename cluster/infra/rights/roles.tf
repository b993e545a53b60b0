# The policies are YAML in policies/, each statement with its reason, so that they are read and
# tested as they are. Both roles may read and write the data and pull images; the head may launch.

locals {
  policies = {
    for name in ["assume", "node", "launch", "bucket"] : name => jsonencode(yamldecode(
      templatefile("${path.module}/policies/${name}.yaml", {
        infra                 = var.infra
        account               = var.account
        region                = var.region
        partition             = var.partition
        private_subnet_a      = var.private_subnet_a
        private_subnet_b      = var.private_subnet_b
        worker_security_group = var.worker_security_group
        worker_role           = var.worker_role
        bucket                = var.bucket
        repository            = var.repository
      })
    ))
  }
}

resource "aws_iam_role" "head" {
  name               = var.head_role
  description        = "Head node of Ray: launches and ends workers"
  assume_role_policy = local.policies["assume"]
}

resource "aws_iam_role" "worker" {
  name               = var.worker_role
  description        = "Worker node of Ray: data and images"
  assume_role_policy = local.policies["assume"]
}

resource "aws_iam_role_policy" "head_node" {
  name   = "node"
  role   = aws_iam_role.head.name
  policy = local.policies["node"]
}

resource "aws_iam_role_policy" "head_launch" {
  name   = "launch"
  role   = aws_iam_role.head.name
  policy = local.policies["launch"]
}

resource "aws_iam_role_policy" "worker_node" {
  name   = "node"
  role   = aws_iam_role.worker.name
  policy = local.policies["node"]
}

# An instance takes a role in the wrapping of a profile, which has the same name here.
resource "aws_iam_instance_profile" "head" {
  name = var.head_role
  role = aws_iam_role.head.name
}

resource "aws_iam_instance_profile" "worker" {
  name = var.worker_role
  role = aws_iam_role.worker.name
}
