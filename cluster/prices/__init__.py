"""What EC2 instances cost, by the hour: of a snapshot in this folder, or live from AWS.

`snapshot.csv` is of the public SkyPilot catalog, `catalogs/v8/aws/vms.csv` at commit
00148f2af3672e2229b4f7bf8157d5a3f36e3c35: on-demand and spot prices in dollars an hour of 21
instance types in five regions, a row for each availability zone, without local zones. It was
captured in late 2025 or after; the day is not known. Prices change, so every figure says where it
is from.
"""
