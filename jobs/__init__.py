"""What happens after a change: the relay, the jobs that react to events, mail going out, and the clock."""
