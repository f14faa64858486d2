-- Logins to mail servers that failed: how often, and when the next try is allowed. Kept, so that neither a restart nor cron tries a wrong password more often than allowed.
-- The fingerprint tells one password (or token, or certificate) from another and does not give it away; a changed login finds no row and is tried at once.
create table login_failure (
  login       text collate "C" not null,
  fingerprint text collate "C" not null,
  kind        text not null,
  words       text not null,
  repeats     integer not null,
  refusals    integer not null,
  since       timestamptz not null,
  last_at     timestamptz not null,
  not_before  timestamptz not null,
  primary key (login, fingerprint)
);
