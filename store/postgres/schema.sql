create schema if not exists chihai;

-- Whoever commits or makes tables holds a lock on it. An advisory lock would
-- do, but anybody who logs in can take those.
create table if not exists chihai.lock ();
lock table chihai.lock in exclusive mode;

-- Functions of another layout go.
do $$
declare
	f regprocedure;
begin
	for f in select oid::regprocedure from pg_proc where pronamespace = 'chihai'::regnamespace loop
		execute 'drop function ' || f;
	end loop;
end
$$;

-- The buckets that have a table in the schema public.
create table if not exists chihai.buckets (name text collate "C" primary key);

-- Who has the database: its era is another one as soon as it passes from
-- processes that share it to one that has it alone, or back.
create table if not exists chihai.owner (era bigint not null, alone boolean not null);
insert into chihai.owner select 1, false where not exists (select from chihai.owner);

-- enroll returns the era for a process that has got the lock of sessions, after
-- the commits that are under way. If the database passes to that process, alone
-- or not, fresh becomes the era; mine is the one that it knows. Others that lost
-- their session without having noticed are of an earlier era then.
create or replace function chihai.enroll(by_one boolean, mine bigint, fresh bigint) returns bigint language plpgsql as $$
begin
	lock table chihai.lock in exclusive mode;
	update chihai.owner set era = fresh, alone = by_one
		where case when by_one then era <> mine else alone end;
	return (select era from chihai.owner);
end
$$;

-- The latest commits. Whoever lost the connection during a commit finds out
-- here what became of it.
create table if not exists chihai.commits (
	id bigint primary key,
	at timestamptz not null default clock_timestamp()
);
create index if not exists commits_at on chihai.commits (at);
alter table chihai.commits add column if not exists kept boolean not null default true; -- since layout 2

-- kept says whether the commit wanted was kept. It waits for one that is under
-- way. If it was not kept it never will be: its id is taken from here on, so
-- that a request which is still on its way fails. Either way this writes, so
-- that on a replicated database the answer comes only when it can no longer be
-- lost.
create or replace function chihai.kept(wanted bigint) returns boolean language plpgsql as $$
declare
	was boolean;
begin
	lock table chihai.lock in exclusive mode;
	insert into chihai.commits (id, kept) values (wanted, false)
		on conflict (id) do update set at = clock_timestamp()
		returning kept into was;
	return was;
end
$$;
