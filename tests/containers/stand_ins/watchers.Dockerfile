# Both watchers out of Debian's packages; the next two say which one an image is.
FROM bihuan-test/debian
RUN apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends prometheus prometheus-alertmanager \
    && rm -rf /var/lib/apt/lists /etc/prometheus /var/lib/prometheus && mkdir -p /etc/prometheus /etc/alertmanager /prometheus /alertmanager \
    && chown 65534:65534 /prometheus /alertmanager
USER 65534:65534
