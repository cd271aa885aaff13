"""HTTP without GraphQL: health, metrics, sessions, the outbox page, and what every answer carries."""
