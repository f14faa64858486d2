-- Everybody outside who stands on a line or is named by one, by domain with its labels turned round (example.acme.mail): one range holds an organisation.
create table outsider (
  address text collate "C" not null primary key,
  domain  text collate "C" not null
);
create index outsider_domain on outsider (domain, address);

-- What a line is about beside its people and its thread: of commands lines, threads, organisations and people; of forwarded mail its author.
create table line_target (
  name        text collate "C" not null,
  interaction bigint not null,
  primary key (name, interaction)
);
create index line_target_interaction on line_target (interaction);

insert into line_target (name, interaction)
select t.name, i.number
  from interaction i
 cross join lateral (values (i.command::json ->> 'About'), (i.command::json ->> 'Contact'), (i.command::json ->> 'Other')) t (name)
 where i.command is not null and t.name is not null and t.name <> ''
union
select u.name, i.number
  from interaction i
 cross join lateral json_array_elements_text(coalesce(i.command::json -> 'Undoes', '[]'::json)) u (name)
 where i.command is not null
union
select 'same', i.number
  from interaction i
 where i.command is not null and i.command::json ->> 'Verb' = 'same'
union
select i.learned::json -> 'Forwarded' ->> 'Author', i.number
  from interaction i
 where i.learned is not null and i.learned::json -> 'Forwarded' ->> 'Author' is not null;

insert into outsider (address, domain)
select k.address,
       (select string_agg(l.label, '.' order by l.place desc)
          from unnest(string_to_array(substring(k.address from '[^@]*$'), '.')) with ordinality l (label, place))
  from (select address from participant where not internal
        union
        select name from line_target where position('@' in name) > 1) k;
