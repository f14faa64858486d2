-- What directories say of people: parts (a file, an address book, a mailbox) and their cards. It makes nobody a contact.
create table directory_part (
  directory text collate "C" not null,
  part      text collate "C" not null,
  position  bigint not null,
  version   text collate "C",
  troubles  text collate "C",
  primary key (directory, part)
);

create table directory_card (
  directory text collate "C" not null,
  part      text collate "C" not null,
  position  bigint not null,
  card      text collate "C" not null,
  primary key (directory, part, position)
);
