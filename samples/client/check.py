#!/usr/bin/env python3
"""Ask before a matter whether a subject has to be restricted or may be encouraged. Standard library only.

    CREDIT_URL=https://xy.example CREDIT_TOKEN=… python3 check.py XZXK 名称 统一社会信用代码 [业务编号]

Exit status: 0 go on, 1 measures to take, 2 not asked (nothing was counted).
"""

import json
import os
import sys
import time
import urllib.error
import urllib.request
import uuid

WAITS = (0, 1, 3, 9)  # seconds before each attempt


def check(url: str, token: str, body: dict) -> dict:
    """The receipt. One key for all attempts, so that however often it is sent it is checked once."""
    request = urllib.request.Request(
        f"{url.rstrip('/')}/api/v1/checks/",
        json.dumps(body).encode(),
        {"Authorization": f"Token {token}", "Content-Type": "application/json", "Idempotency-Key": uuid.uuid4().hex},
    )
    for wait in WAITS:
        time.sleep(wait)
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            if error.code < 500 and error.code != 429:  # it will be refused again
                problem = json.load(error)
                raise SystemExit(f"{problem['code']}：{problem['detail']}") from None
            failure = error
        except OSError as error:
            failure = error
    raise SystemExit(f"没有得到答复：{failure}")


def main(matter: str, name: str, number: str, matter_no: str = "") -> int:
    subject = {"kind": "organisation", "name": name, "number": number}
    body = {"subject": subject, "matter": matter, "matter_no": matter_no}
    receipt = check(os.environ["CREDIT_URL"], os.environ["CREDIT_TOKEN"], body)
    print(receipt["verdict"], receipt["sentence"])
    for measure in receipt["measures"] + receipt["incentives"]:
        print("-", measure["text"], measure["force_label"], measure["basis"])
    print("回执", receipt["receipt_no"], receipt["as_of"])
    return receipt["verdict"] == "sanctioned"


if __name__ == "__main__":
    try:
        sys.exit(main(*sys.argv[1:]))
    except SystemExit as end:
        if isinstance(end.code, str):
            print(end.code, file=sys.stderr)
            sys.exit(2)
        raise
