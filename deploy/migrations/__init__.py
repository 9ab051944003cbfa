"""One linear history of explicit SQL per service, each in its own schema; `python -m deploy.migrate` runs them."""
