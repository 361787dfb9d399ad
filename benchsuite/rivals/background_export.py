"""An export in the background: asked for, waited for, and taken away again."""

import json
import sys
import time
import urllib.request


def ask(method: str, url: str, body: object | None = None) -> dict:
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"Content-Type": "application/json"}, method=method)
    with urllib.request.urlopen(request) as answer:
        return json.loads(answer.read() or b"null")


def main() -> None:
    dataset, rows = sys.argv[1], int(sys.argv[2])
    runs = dataset.split("/sources/")[0] + "/runs/"
    run = ask("POST", f"{dataset}/exports", {"format": "csv"})
    while run["state"] in ("queued", "running"):
        time.sleep(0.05)
        run = ask("GET", runs + run["id"])
    if run["state"] != "completed" or run["progress"]["rows"] != rows:
        raise SystemExit(f"the export ended otherwise: {run}")
    print(json.dumps(run["progress"]))
    ask("DELETE", runs + run["id"])


main()
