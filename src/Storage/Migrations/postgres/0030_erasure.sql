-- Salted hashes of what people who were erased are known by: addresses (0), what stands before the @ (1, behind its length), telephones (2). The person tells which
-- belong together, so that all of them can be lifted at once.
create table erasure (
  person    text collate "C" not null,
  kind      integer not null,
  mark      text collate "C" not null,
  erased_at timestamptz not null,
  primary key (person, kind, mark)
);

insert into erasure (person, kind, mark, erased_at)
select address_hash, 0, address_hash, erased_at from erased;

drop table erased;

-- What our own mails and mails to the command mailbox say is kept by the ledger and by the commands, and nowhere else.
update interaction set subject = null, body = null, body_kept = 0 where kind = 0 and class = 0;
