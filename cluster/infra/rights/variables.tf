# Filled in from the network's outputs and the names in cluster/infra/names.py.

variable "infra" {
  description = "Name of the whole, and value of the tag ray-on-aws."
  type        = string
}

variable "account" {
  description = "The twelve digits of the account."
  type        = string
}

variable "region" {
  type = string
}

variable "partition" {
  description = "First part of every ARN: aws, but for China and GovCloud."
  type        = string
}

variable "private_subnet_a" {
  type = string
}

variable "private_subnet_b" {
  type = string
}

variable "worker_security_group" {
  type = string
}

variable "head_role" {
  description = "Name of the head's role and instance profile."
  type        = string
}

variable "worker_role" {
  description = "Name of the workers' role and instance profile."
  type        = string
}

variable "bucket" {
  type = string
}

variable "expire" {
  description = "Whether what is left over in the bucket is deleted after some days."
  type        = bool
  default     = true
}

variable "repository" {
  description = "Name of the repository of the image ray."
  type        = string
}
