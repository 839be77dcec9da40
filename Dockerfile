FROM python:3.13-slim AS build
RUN python -m venv /venv
WORKDIR /source
COPY pyproject.toml README.md LICENSE ./
COPY talk talk
COPY schema schema
RUN /venv/bin/pip install --no-cache-dir '.[production]'

FROM python:3.13-slim
ENV PATH=/venv/bin:$PATH PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
RUN useradd --system --uid 10001 talk
WORKDIR /talk
COPY --from=build /venv /venv
COPY manage.py ./
COPY backend backend
# A volume that is mounted here takes over its files and its owner.
RUN DEBUG=1 python manage.py collectstatic --no-input --verbosity 0 && chown -R talk staticfiles
USER talk
EXPOSE 8000
STOPSIGNAL SIGTERM
CMD ["daphne", "--proxy-headers", "-b", "0.0.0.0", "-p", "8000", "backend.asgi:application"]
