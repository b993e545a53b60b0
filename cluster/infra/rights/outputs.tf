output "image_repository" {
  description = "Where the image ray is pushed to, without a tag."
  value       = aws_ecr_repository.ray.repository_url
}
