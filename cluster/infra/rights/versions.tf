# Rights and storage. Run by ./invoke infra.up, which copies these files into the state folder and
# says there what belongs to whom (see variables.tf): nothing is written into the repository.

terraform {
  required_version = ">= 1.5"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.60"
    }
  }
}

provider "aws" {
  region = var.region
  # A guard against the wrong profile: nothing is made in another account.
  allowed_account_ids = [var.account]

  default_tags {
    tags = {
      ray-on-aws = var.infra
    }
  }
}
