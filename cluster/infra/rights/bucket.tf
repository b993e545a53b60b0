resource "aws_s3_bucket" "data" {
  bucket = var.bucket
  # Deleting data is asked for by name: ./invoke infra.down --data.
  force_destroy = false
}

# No object is ever public, whatever a policy or an access list says.
resource "aws_s3_bucket_public_access_block" "data" {
  bucket                  = aws_s3_bucket.data.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

# With the key of S3 itself: it costs nothing, and needs no rights beside those on the bucket. A key
# of KMS would be billed for each request, which a shuffle makes millions of.
resource "aws_s3_bucket_server_side_encryption_configuration" "data" {
  bucket = aws_s3_bucket.data.id

  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm = "AES256"
    }
  }
}

# Off: what is in here is made from inputs and can be made again, and versions of intermediate files
# would be paid for by the terabyte, unseen.
resource "aws_s3_bucket_versioning" "data" {
  bucket = aws_s3_bucket.data.id

  versioning_configuration {
    status = "Disabled"
  }
}

resource "aws_s3_bucket_policy" "data" {
  bucket = aws_s3_bucket.data.id
  policy = local.policies["bucket"]
  # S3 refuses one while the other is under way.
  depends_on = [aws_s3_bucket_public_access_block.data]
}
