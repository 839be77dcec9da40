"""Reads GraphQL requests and their documents, and checks them without executing anything.

Doors:

- `request`: decodes and encodes JSON, and checks the form of a GraphQL request.
- `document`: parses and validates a document, computes its cost, and keeps it in the cache.
- `cache`: the least-recently-used cache that documents share with their plans.
- `cost`: what an operation costs.
- `trusted`: the manifest of the only documents that are executed, where a project has one.
- `metadata`: the keys under which a field says what it costs.
- `public`: the fields that a client may select without credentials.
"""
