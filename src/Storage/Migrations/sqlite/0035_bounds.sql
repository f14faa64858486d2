-- What quarantine lists: items that could not be read, and items of which a part was left out.
create index remote_item_told on remote_item (account) where place is not null;

-- Invitations to series that go on are written out a while ahead; when time has moved on, further. The account is its name, as in the message.
alter table meeting_mail add column account text;
alter table meeting_mail add column written_until text;
create index meeting_mail_written_until on meeting_mail (account, written_until) where written_until is not null;
