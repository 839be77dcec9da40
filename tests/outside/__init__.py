"""What Talk fetches from addresses that strangers name."""
