# Stands in for prom/alertmanager.
FROM bihuan-test/watchers
ENTRYPOINT ["prometheus-alertmanager"]
