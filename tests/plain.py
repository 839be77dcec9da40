"""For clients of servers on this machine."""

import ssl

#: Pass it as `verify`: loading certificates takes longer than all that is asked.
NO_CERTIFICATES = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
