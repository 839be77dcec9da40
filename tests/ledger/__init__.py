"""An app with a follower that writes events into a table with a unique key, as a receiver would."""
