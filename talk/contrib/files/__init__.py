"""The bytes of attachments: receives, checks, stores, serves and deletes them."""
