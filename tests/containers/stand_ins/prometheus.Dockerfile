# Stands in for prom/prometheus.
FROM bihuan-test/watchers
ENTRYPOINT ["prometheus"]
