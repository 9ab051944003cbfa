# Stands in for postgres: Debian's server with the user, the folders and the variables of the official image.
FROM bihuan-test/debian
RUN groupadd --gid 999 postgres && useradd --uid 999 --gid 999 --home-dir /var/lib/postgresql postgres \
    && apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends postgresql-15 postgresql-contrib \
    && rm -rf /var/lib/postgresql/15 /var/lib/apt/lists && mkdir -p /var/lib/postgresql/data && chown -R 999:999 /var/lib/postgresql
ENV PATH=/usr/lib/postgresql/15/bin:$PATH PGDATA=/var/lib/postgresql/data LC_ALL=C.UTF-8
COPY postgres_entrypoint.sh /entrypoint.sh
USER 999:999
VOLUME /var/lib/postgresql/data
ENTRYPOINT ["bash", "/entrypoint.sh"]
CMD ["postgres"]
