"""Prints the expressions of a Grafana dashboard as recording rules, so that promtool parses them."""
import json
import sys

# What Grafana puts in their place when it asks.
VARIABLES = {"$__rate_interval": "5m", "$__interval": "5m", "$instance": ".*"}


def expression(text):
    for name, value in VARIABLES.items():
        text = text.replace(name, value)
    if "$" in text:
        sys.exit(f"unknown variable in {text}")
    return text


dashboard = json.load(open(sys.argv[1]))
rules = [
    {"record": f"panel_{panel['id']}_{target['refId']}", "expr": expression(target["expr"])}
    for panel in dashboard["panels"]
    for target in panel["targets"]
]
print(json.dumps({"groups": [{"name": "dashboard", "rules": rules}]}))
