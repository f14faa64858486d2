-- Everybody outside who stands on a line or is named by one, by domain with its labels turned round (example.acme.mail): one range holds an organisation.
create table outsider (
  address text not null primary key,
  domain  text not null
) without rowid;
create index outsider_domain on outsider (domain, address);

-- What a line is about beside its people and its thread: of commands lines, threads, organisations and people; of forwarded mail its author.
create table line_target (
  name        text not null,
  interaction integer not null,
  primary key (name, interaction)
) without rowid;
create index line_target_interaction on line_target (interaction);

insert or ignore into line_target (name, interaction)
select t.value, i.number
  from interaction i, json_each(json_array(json_extract(i.command, '$.About'), json_extract(i.command, '$.Contact'), json_extract(i.command, '$.Other'))) t
 where i.command is not null and t.value is not null and t.value <> ''
union
select u.value, i.number
  from interaction i, json_each(i.command, '$.Undoes') u
 where i.command is not null
union
select 'same', i.number
  from interaction i
 where json_extract(i.command, '$.Verb') = 'same'
union
select json_extract(i.learned, '$.Forwarded.Author'), i.number
  from interaction i
 where i.learned is not null and json_extract(i.learned, '$.Forwarded.Author') is not null;

with recursive known (address) as (
  select address from participant where not internal
  union
  select name from line_target where instr(name, '@') > 1
),
turned (address, rest, domain) as (
  select address, replace(address, rtrim(address, replace(address, '@', '')), '') || '.', '' from known
  union all
  select address, substr(rest, instr(rest, '.') + 1), substr(rest, 1, instr(rest, '.') - 1) || case domain when '' then '' else '.' || domain end
    from turned
   where rest <> ''
)
insert into outsider (address, domain) select address, domain from turned where rest = '';
