# Stands in for axllent/mailpit: takes every message and lists them at /api/v1/messages.
FROM bihuan-test/python
RUN pip install --quiet --break-system-packages aiosmtpd
COPY mail_catcher.py /mail_catcher.py
HEALTHCHECK --interval=15s --start-period=60s CMD ["curl", "-sf", "-o", "/dev/null", "http://127.0.0.1:8025/"]
USER 10001:10001
CMD ["python", "-u", "/mail_catcher.py"]
