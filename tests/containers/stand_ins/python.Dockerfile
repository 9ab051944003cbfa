# Stands in for python:3.11-slim-bookworm: Debian's own Python 3.11, and the certificate authorities of the host.
FROM bihuan-test/debian
COPY authorities.crt /etc/ssl/certs/ca-certificates.crt
ENV PIP_CERT=/etc/ssl/certs/ca-certificates.crt
RUN ln -s /usr/bin/python3 /usr/local/bin/python
