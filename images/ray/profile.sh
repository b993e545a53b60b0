# shellcheck shell=sh
# Ray's cluster launcher runs its commands through `bash --login`, which sets PATH anew.
export PATH="/opt/ray/bin:$PATH"
