"""`python -m bench.host module:factory`: another ASGI application on the server that is shipped, with its settings."""

from __future__ import annotations

import sys

from backend import serve

if __name__ == "__main__":
    serve.main(sys.argv[1])
