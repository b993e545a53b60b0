resource "aws_ecr_repository" "ray" {
  name = var.repository
  # The list over both arches grows as each is pushed, under the same tag; what is in an image, its
  # tag says by versions and commit.
  image_tag_mutability = "MUTABLE"
  # Images are built again from the repository.
  force_delete = true

  image_scanning_configuration {
    scan_on_push = true
  }

  encryption_configuration {
    encryption_type = "AES256"
  }
}

resource "aws_ecr_lifecycle_policy" "ray" {
  repository = aws_ecr_repository.ray.name

  # An image that lost its tag to a newer one is kept for a while, as nodes may still run it. Those
  # that a list refers to stay with it.
  policy = jsonencode({
    rules = [{
      rulePriority = 1
      description  = "Ten without a tag"
      selection = {
        tagStatus   = "untagged"
        countType   = "imageCountMoreThan"
        countNumber = 10
      }
      action = {
        type = "expire"
      }
    }]
  })
}
