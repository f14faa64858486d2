-- What knows a mail again of which a gateway changed one copy. content: equal for copies that agree in From, subject and body. essence_key: Message-ID, From, date
-- and subject without tags; essence: numbers made of the beginnings and endings of its own text, from which no word can be read.
alter table mail_identity add column content text collate "C";
alter table mail_identity add column essence_key text collate "C";
alter table mail_identity add column essence text collate "C";
create index mail_identity_essence on mail_identity (essence_key) where essence_key is not null;
