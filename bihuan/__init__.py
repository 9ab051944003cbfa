"""The command line of Bihuan 闭环; the product itself lives in the rooms beside it."""
