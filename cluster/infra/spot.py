"""The role through which EC2 gives out spot instances: one for the account, shared by all."""

from __future__ import annotations

from cluster.account import Account, explained

SERVICE = "spot.amazonaws.com"


def ensure_role(account: Account) -> bool:
    """Makes the role where the account has none yet; gives whether it did.

    EC2 makes it at the first spot request of who may make roles. The head may not, and its requests
    would fail. It is never deleted: others in the account may need it.
    """
    iam = account.client("iam")
    with explained("making the account's role for spot instances"):
        found = iam.list_roles(PathPrefix=f"/aws-service-role/{SERVICE}/")["Roles"]
        if not found:
            iam.create_service_linked_role(AWSServiceName=SERVICE)
    return not found
