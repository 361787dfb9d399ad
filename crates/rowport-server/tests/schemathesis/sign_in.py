"""Becomes the first administrator by their link, and prints an API key that may do everything."""

import json
import sys
import urllib.request


def post(path, body, cookie=None):
    headers = {"content-type": "application/json"} | ({"cookie": cookie} if cookie else {})
    request = urllib.request.Request(f"{url}/api/v1/{path}", json.dumps(body).encode(), headers)
    with urllib.request.urlopen(request) as answer:
        return answer.headers.get("set-cookie", "").split(";")[0], json.load(answer)


url, link = sys.argv[1:]
person = {"token": link, "password": "only for this run", "email": "first@example.org", "name": "First"}
cookie, _ = post("invitations/accept", person)
key = {"name": "schemathesis", "scopes": [{"permissions": ["*"], "datasets": ["*"]}]}
print(post("keys", key, cookie)[1]["secret"])
