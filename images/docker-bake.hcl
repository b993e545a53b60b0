# The image graph: which images there are, for which platforms, from what, with which labels and
# tags. `./invoke build`, `./invoke push` and CI take all of it from here. A target is an image for
# one arch, `ray-arm64`, because each arch is built, tested and pushed by itself; a manifest list
# joins them afterwards.
#
# Always name this file (`docker buildx bake -f images/docker-bake.hcl --print`): without -f, bake
# reads docker-compose.yml too.

variable "NAMESPACE" { default = "ray-on-aws" }

# Of the repository; `-dirty` when files were changed since. `./invoke build` fills them in.
variable "COMMIT" { default = "unknown" }
variable "CREATED" { default = "1970-01-01T00:00:00Z" }

# A file of certificates to trust besides Debian's, where TLS is re-signed on the way out.
variable "CA" { default = "" }
# `host` where builds reach the package registries only from the machine's own network.
variable "NETWORK" { default = "default" }

# The package index, where it is not the public one.
variable "PIP_INDEX_URL" { default = "" }

# Where CI keeps layers between runs, such as type=gha; empty to use only the engine's own.
variable "CACHE_FROM" { default = "" }
variable "CACHE_TO" { default = "" }

group "default" { targets = ["image"] }
group "ray" { targets = ["ray-amd64", "ray-arm64"] }
group "object-store" { targets = ["object-store-amd64", "object-store-arm64"] }
group "instance" { targets = ["instance-amd64", "instance-arm64"] }
group "amd64" { targets = ["ray-amd64", "object-store-amd64", "instance-amd64"] }
group "arm64" { targets = ["ray-arm64", "object-store-arm64", "instance-arm64"] }

target "image" {
  name = "${image}-${arch}"
  matrix = {
    image = ["ray", "object-store", "instance"]
    arch  = ["amd64", "arm64"]
  }
  context    = "."
  dockerfile = "images/${image}/Dockerfile"
  platforms  = ["linux/${arch}"]
  tags       = ["${NAMESPACE}/${image}:${arch}"]
  args       = { COMMIT = COMMIT }
  network    = NETWORK
  cache-from = compact([CACHE_FROM == "" ? "" : "${CACHE_FROM},scope=${image}-${arch}"])
  cache-to   = compact([CACHE_TO == "" ? "" : "${CACHE_TO},scope=${image}-${arch}"])
  # A secret is seen by the step that mounts it and stays out of the image.
  secret = concat(
    PIP_INDEX_URL == "" ? [] : ["type=env,id=PIP_INDEX_URL,env=PIP_INDEX_URL"],
    CA == "" ? [] : ["type=file,id=ca,src=${CA}"],
  )
  labels = {
    "org.opencontainers.image.title"    = "ray-on-aws ${image}"
    "org.opencontainers.image.licenses" = "Apache-2.0"
    "org.opencontainers.image.revision" = COMMIT
    # Of the commit, not of the build: the same sources are to give the same labels.
    "org.opencontainers.image.created"   = CREATED
    "org.opencontainers.image.base.name" = "docker.io/library/debian:bookworm-slim"
  }
}
