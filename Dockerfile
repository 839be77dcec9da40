FROM python:3.13.15-slim-trixie@sha256:7c61056e61ac89e852de05f3dc6fa51a6dd2181797bceed46aa725dd7cb2cd3b
ENV PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
RUN useradd --system --uid 10001 talk
WORKDIR /talk
COPY backend/requirements.txt backend/
RUN pip install --no-cache-dir --require-hashes -r backend/requirements.txt
COPY manage.py ./
COPY talk talk
COPY schema schema
COPY backend backend
RUN python -m compileall -q talk schema backend
# Volumes that are mounted here take over the files and the owner.
RUN DEBUG=1 python manage.py collectstatic --no-input --verbosity 0 && mkdir files && chown -R talk staticfiles files
USER talk
EXPOSE 8000
STOPSIGNAL SIGTERM
CMD ["daphne", "--proxy-headers", "--no-server-name", "--websocket-max-message-size", "4259840", "-b", "0.0.0.0", "-p", "8000", "backend.asgi:application"]
