# Write KAFKA_A_B=c as a.b=c, format the folder once, become the broker: what the entry point of apache/kafka does.
set -euof pipefail # no globs: Java expands the class path itself
settings=/opt/kafka/config/server.properties
env | grep '^KAFKA_' | grep -v '^KAFKA_HEAP_OPTS=' | while IFS='=' read -r name value; do
    name=${name#KAFKA_}
    echo "$(echo "${name,,}" | tr _ .)=$value"
done >"$settings"
java="$(find /opt/java -path '*bin/java' -type f) ${KAFKA_HEAP_OPTS:-} -XX:+UseSerialGC -cp /opt/kafka/libs/*"
if [ ! -f /var/lib/kafka/data/meta.properties ]; then
    $java kafka.tools.StorageTool format -t "$CLUSTER_ID" -c "$settings"
fi
exec $java kafka.Kafka "$settings"
