-- The one place where the database tells the time: claims and leases are judged by it, so that it does not matter how wrong the clock of a
-- worker is.
create function crmsync_now(seconds bigint default 0) returns timestamptz language sql stable as
  'select statement_timestamp() + make_interval(secs => seconds)';

-- Who hands a mail over: the token every further step of the mail has to show, who that is in words, and when they last said that they are
-- still at it.
alter table digest add column token bigint not null default 0;
alter table digest add column claimed_by text collate "C";
alter table digest add column renewed_at timestamptz;
update digest set renewed_at = claimed_at where state = 2;

-- What only one program may do at a time, and until when it is theirs unless they say again that they are still at it.
create table lease (
  name     text collate "C" not null primary key,
  token    bigint not null,
  holder   text collate "C" not null,
  process  text collate "C",
  taken_at timestamptz not null,
  until    timestamptz not null
);
