"""Say whether the process of this container does its work: status 0 or 1, and what is wrong as one line.

`python -m deploy.container.ready`, the health check of every container of ours.
"""

import os
import sys
import urllib.error
import urllib.request

WITHIN = 4.0  # seconds, below the time that Docker gives the check


def main() -> int:
    """Ask /healthz/ready on the process's own port."""
    address = f"http://127.0.0.1:{os.environ.get('BIHUAN_HTTP_PORT', '8000')}/healthz/ready"
    try:
        with urllib.request.urlopen(address, timeout=WITHIN) as answer:
            answer.read()
    except urllib.error.HTTPError as error:
        print(error.read(2000).decode("utf-8", "replace"))
        return 1
    except OSError as error:
        print(f"{address}: {error}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
