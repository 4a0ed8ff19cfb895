"""Is the web server in this container fit to serve? Exit 0 when every part named on the command line is ok.

Parts are those of GET /healthz. What another container answers for (worker, beat) is asked there, not here.
"""

import http.client
import json
import sys


def main(parts: list[str]) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", 8000, timeout=5)
    connection.request("GET", "/healthz")
    states = json.loads(connection.getresponse().read())
    bad = {part: states.get(part) for part in parts if states.get(part) != "ok"}
    print(bad or "ok")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
