-- A bounce that names no Message-ID of ours finds its mail by recipient and subject: message_hash is then the key of both, and moment says when
-- the report came, in seconds since 1970. Of a bounce that names one, moment is null.
alter table bounce add column moment integer;
