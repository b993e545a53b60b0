# What is deleted from the bucket by itself. Terraform waits most of a minute for S3 to have these rules
# everywhere.

resource "aws_s3_bucket_lifecycle_configuration" "data" {
  count  = var.expire ? 1 : 0
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
