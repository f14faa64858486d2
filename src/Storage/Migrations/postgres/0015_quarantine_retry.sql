-- What was set aside because of its server rather than of itself is tried again by itself when its time has come.
create index remote_item_retry on remote_item (account, next_attempt_at) where state = 3 and next_attempt_at is not null;
