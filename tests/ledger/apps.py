from datetime import timedelta

from django.apps import AppConfig


class LedgerConfig(AppConfig):
    name = "tests.ledger"

    def ready(self):
        from talk import followers
        from talk.following import handing, reading
        from talk.models import lease

        from .bookkeeper import Bookkeeper

        followers.register(Bookkeeper())
        # All that takes seconds takes a fraction of them here.
        lease.LEASE = timedelta(seconds=0.4)
        reading.RENEW_SECONDS = reading.POLL_SECONDS = reading.SWEEP_SECONDS = 0.05
        handing.SAVE_SECONDS = 0.05
