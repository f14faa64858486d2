-- What a person can do about a login that failed, where that is known better than by the kind of trouble.
alter table login_failure add column remedy text;
