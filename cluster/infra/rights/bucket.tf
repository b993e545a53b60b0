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

resource "aws_s3_bucket_lifecycle_configuration" "data" {
  bucket = aws_s3_bucket.data.id

  # Parts of an upload that a lost node began are in no listing, and are paid for.
  rule {
    id     = "uploads"
    status = "Enabled"

    filter {}

    abort_incomplete_multipart_upload {
      days_after_initiation = 1
    }
  }

  rule {
    id     = "tmp"
    status = "Enabled"

    filter {
      prefix = "tmp/"
    }

    expiration {
      days = 7
    }
  }

  # Objects that Ray spilled; a cluster that was killed does not take them away.
  rule {
    id     = "spill"
    status = "Enabled"

    filter {
      prefix = "spill/"
    }

    expiration {
      days = 7
    }
  }
}
