"""Let `python -m bihuan` do what the script `bihuan` does."""

from bihuan.main import main

main()
