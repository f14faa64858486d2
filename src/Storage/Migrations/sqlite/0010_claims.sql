-- The database tells the time with crmsync_now(seconds), a function that the program adds to every connection (DatabaseClock).

-- Who hands a mail over: the token every further step of the mail has to show, who that is in words, and when they last said that they are
-- still at it.
alter table digest add column token integer not null default 0;
alter table digest add column claimed_by text;
alter table digest add column renewed_at text;
update digest set renewed_at = claimed_at where state = 2;

-- What only one program may do at a time, and until when it is theirs unless they say again that they are still at it.
create table lease (
  name     text not null primary key,
  token    integer not null,
  holder   text not null,
  taken_at text not null,
  until    text not null
);
