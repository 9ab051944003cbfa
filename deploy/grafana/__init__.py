"""The operators' dashboards as code: `python -m deploy.grafana` writes dashboards/*.json, which Grafana provisions."""
