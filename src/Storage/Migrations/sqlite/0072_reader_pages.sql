-- Codes mailed to readers who opened one of their pages, and the browsers they let in. Neither a code nor what a browser shows is kept, only hashes.
create table page_code (
  browser    text not null primary key,
  reader     text not null,
  code       text not null,
  sent_at    text not null,
  until      text not null,
  tries_left integer not null
);

create index page_code_by_reader on page_code (reader, sent_at);

create table page_session (
  browser   text not null primary key,
  reader    text not null,
  opened_at text not null,
  until     text not null
);

-- Who looked at, exported or erased what, by page, mail or verb.
create table audit (
  number integer primary key,
  at     text not null,
  who    text not null,
  way    text not null,
  what   text not null,
  about  text
);

create index audit_by_time on audit (at);
