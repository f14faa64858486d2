-- What directories say of people: parts (a file, an address book, a mailbox) and their cards. It makes nobody a contact.
create table directory_part (
  directory text not null,
  part      text not null,
  position  integer not null,
  version   text,
  troubles  text,
  primary key (directory, part)
);

create table directory_card (
  directory text not null,
  part      text not null,
  position  integer not null,
  card      text not null,
  primary key (directory, part, position)
);
