"""Every setting: typed, with its default and unit. Read once from the environment."""

from pathlib import Path

from pydantic import AliasChoices, Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


def _named(name: str) -> AliasChoices:
    """The well-known settings are read by their bare name, and like all others with the prefix."""
    return AliasChoices(name, f"DESKWIRE_{name}")


class Settings(BaseSettings):
    """The settings of one process. Each is read from `DESKWIRE_<NAME>`, the well-known ones also bare."""

    model_config = SettingsConfigDict(env_prefix="DESKWIRE_", env_file=None, populate_by_name=True)

    # Where the parts are
    host: str = Field(default="127.0.0.1", description="Address the web process listens on.")
    port: int = Field(default=8000, validation_alias=_named("PORT"), description="Port of the web process.")
    base_url: str = Field(
        default="", validation_alias=_named("BASE_URL"), description="Address that people use; in links."
    )
    data: Path = Field(
        default=Path(".data"), validation_alias=_named("DATA"), description="Folder of the embedded parts."
    )
    database_url: str = Field(
        default="", validation_alias=_named("DATABASE_URL"), description="postgres://… ; empty: embedded."
    )
    broker_url: str = Field(
        default="",
        validation_alias=_named("BROKER_URL"),
        description="redis://…, amqp://… or postgres://… ; empty: the database.",
    )
    doorbell_url: str = Field(
        default="",
        validation_alias=_named("DOORBELL_URL"),
        description="redis://… or postgres://… ; empty: the database.",
    )
    attachments_url: str = Field(
        default="",
        validation_alias=_named("ATTACHMENTS_URL"),
        description="s3://bucket[/folder][?endpoint=https://…&region=…] ; empty: DATA/attachments.",
    )
    smtp_url: str = Field(
        default="",
        validation_alias=_named("SMTP_URL"),
        description="smtp[s]://[user:password@]host:port ; empty: mail lies in DATA/outbox.",
    )
    mail_from: str = Field(default="", description="Sender of letters; empty: <workspace>@<mail_domain>.")
    mail_domain: str = Field(
        default="",
        description="Domain whose mail comes to us, for answers; empty: that of mail_from, else of base_url.",
    )
    secret_key: SecretStr = Field(
        default=SecretStr(""),
        description="Signs tokens and cursors; the same in all processes; 32+ characters.",
    )
    development: bool = Field(default=False, description="GraphiQL and the readable outbox are served.")
    log_format: str = Field(default="json", pattern="^(json|text)$", description="json or text.")
    log_level: str = Field(default="INFO", description="Least level that is logged.")
    metrics_public: bool = Field(
        default=False, description="/metrics answers everybody, not only this machine."
    )

    # The database
    database_pool: int = Field(default=10, ge=2, description="Most connections of one process.")
    statement_seconds: float = Field(default=10, description="A statement that runs longer is ended.")
    lock_seconds: float = Field(default=5, description="A statement that waits longer for a lock is ended.")
    idle_transaction_seconds: float = Field(
        default=30, description="An idle transaction is ended after this."
    )

    # People
    session_days: int = Field(default=14, description="A session ends so many days after sign-in.")
    signin_tries: int = Field(default=5, description="Tries for one account from one address in the window.")
    signin_window_minutes: int = Field(default=15, description="Length of that window.")

    # GraphQL over HTTP
    body_bytes: int = Field(default=256 * 1024, description="Largest request body.")
    query_tokens: int = Field(default=2000, description="Most tokens in a document.")
    query_characters: int = Field(
        default=64 * 1024, description="Longest document; long texts belong in variables."
    )
    query_spreads: int = Field(
        default=100, description="Most fragments spread and fields repeated; validating takes their square."
    )
    query_depth: int = Field(default=12, description="Deepest selection.")
    query_aliases: int = Field(default=30, description="Most aliases in an operation.")
    query_root_fields: int = Field(default=20, description="Most root fields in an operation.")
    query_directives: int = Field(default=50, description="Most directives in an operation.")
    query_cost: int = Field(default=10_000, description="Highest static cost of an operation.")
    query_ids: int = Field(default=100, description="Most ids in one argument.")
    query_seconds: float = Field(default=10, description="An operation that runs longer is ended.")
    documents_cached: int = Field(default=1000, description="Parsed and validated documents kept a process.")
    points_burst: int = Field(default=50_000, description="Most cost points a principal can save up.")
    points_per_second: int = Field(default=1_000, description="Cost points a principal regains each second.")
    anonymous_burst: int = Field(default=120, description="Requests an unauthenticated address can save up.")
    anonymous_per_second: float = Field(
        default=2, description="Requests such an address regains each second."
    )

    # The wire
    header_seconds: float = Field(
        default=10, description="Time for a request's headers; also between body parts."
    )
    body_seconds: float = Field(default=60, description="Time for a whole request body.")
    header_bytes: int = Field(default=32 * 1024, description="Largest request head.")
    cookie_bytes: int = Field(default=8 * 1024, description="A longer Cookie header is dropped unread.")
    trusted_proxies: list[str] = Field(
        default_factory=list[str], description="Addresses of proxies whose X-Forwarded-For is believed."
    )
    trusted_origins: list[str] = Field(
        default_factory=list[str], description="Further origins that may use cookies and sockets."
    )

    # Sockets
    init_seconds: float = Field(default=5, description="Time for connection_init.")
    ping_seconds: float = Field(
        default=12, description="The server pings so often; two missed end the socket."
    )
    sockets_per_principal: int = Field(default=20, description="Open sockets of one principal in a process.")
    sockets_per_address: int = Field(default=50, description="Unauthenticated sockets of an address.")
    socket_operations: int = Field(default=100, description="Operations under way on one socket.")
    frame_bytes: int = Field(default=64 * 1024, description="Largest frame from a client.")
    frames_per_second: int = Field(default=30, description="Frames a client may send in a second.")
    socket_backlog: int = Field(default=1000, description="Undelivered results, then 4410: resume.")
    stall_seconds: float = Field(default=20, description="A socket that takes nothing for so long is ended.")
    recheck_seconds: float = Field(default=3, description="Rights behind open sockets are asked so often.")
    doubt_seconds: float = Field(default=30, description="Rights unknown for so long end the socket: retry.")

    # Real time
    poll_seconds: float = Field(default=1, description="Readers look for news so often without a ring.")
    bookmark_seconds: float = Field(default=15, description="A quiet subscription says where it is so often.")
    resume_hours: int = Field(default=24, description="Cursors younger than this can be resumed.")
    resume_events: int = Field(default=100_000, description="So can cursors fewer events back than this.")

    # Jobs
    worker_threads: int = Field(
        default=16,
        description="Jobs a worker does at a time, mostly waiting for mail servers; on one event loop.",
    )
    lease_seconds: float = Field(default=30, description="A claimed job is given to another after this.")
    offer_seconds: float = Field(default=10, description="An offered job nobody claimed is offered again.")
    smtp_seconds: float = Field(default=20, description="Time for each step of handing over a mail.")
    smtp_verified: bool = Field(default=True, description="The mail server's certificate must be valid.")
    unread_seconds: float = Field(
        default=45, description="A member's mail waits so long; what they read meanwhile is not mailed."
    )
    demo: bool = Field(default=True, description="`deskwire up` makes two demo workspaces.")
    seed_tickets: int = Field(default=0, description="Further tickets that the demo seed makes.")

    # Attachments
    attachment_bytes: int = Field(
        default=25 * 1024 * 1024, ge=1, le=2**31 - 1, description="Largest file that a member can add."
    )
    customer_attachment_bytes: int = Field(
        default=10 * 1024 * 1024, ge=1, le=2**31 - 1, description="Largest file that a customer can add."
    )
    attachments_most: int = Field(default=20, description="Files a member can add to one message.")
    customer_attachments_most: int = Field(default=5, description="Files a customer can add to one message.")
    upload_seconds: float = Field(default=600, description="Time for the whole body of an upload.")
    mail_attachment_bytes: int = Field(
        default=10 * 1024 * 1024, description="Files sent along with one letter; the rest is on its page."
    )

    # Mail in
    smtp_in_host: str = Field(default="127.0.0.1", description="Address that mail is taken on.")
    smtp_in_port: int = Field(default=0, description="Its port; 0: PORT + 25, as 8025 beside 8000.")
    smtp_in_seconds: float = Field(default=60, description="A silent mail client is cut off after this.")
    smtp_in_connections: int = Field(default=100, description="Open connections of mail clients.")
    smtp_in_connections_per_address: int = Field(default=20, description="Of these from one address.")
    mail_bytes: int = Field(default=25 * 1024 * 1024, description="Largest mail that is taken.")


settings = Settings()
