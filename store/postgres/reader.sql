-- What analysts may read. Nothing here leads to a person: counts only, and what
-- stands on public lists. Run again whenever a view changes.

do $$
begin
	if not exists (select from pg_roles where rolname = 'chihai_reader') then
		create role chihai_reader nologin;
	end if;
end
$$;

drop view if exists public.trainings, public.registrations_by_commune, public.members_by_commune,
	public.messages_waiting, public.deliveries_by_day;

create view public.trainings with (security_barrier) as
select
	t.doc->>'code' as code,
	t.doc->>'kind' as kind,
	t.doc->'name'->>'vi' as name,
	t.doc->>'place' as place,
	t.doc->>'area' as area,
	a.doc->>'name' as area_name,
	(t.doc->>'start')::timestamptz as start,
	(t.doc->>'end')::timestamptz as "end",
	(t.doc->>'seats')::int as seats,
	(t.doc->>'taken')::int as taken,
	coalesce((t.doc->>'brought')::int, 0) as children,
	t.doc->>'cancelled' is not null as cancelled
from public.training t
left join public.area a on a.key = t.doc->>'area';

-- Registrations by the month of the training, in the country's time, and the
-- commune in which the member lives.
create view public.registrations_by_commune with (security_barrier) as
select
	date_trunc('month', (t.doc->>'start')::timestamptz at time zone 'Asia/Ho_Chi_Minh')::date as month,
	m.doc->>'area' as commune,
	a.doc->>'name' as commune_name,
	count(*) filter (where r.doc->>'gave_up' is null) as registered,
	count(*) filter (where r.doc->>'gave_up' is not null) as gave_up,
	coalesce(sum((r.doc->>'children')::int) filter (where r.doc->>'gave_up' is null), 0) as children
from public.registration r
join public.training t on t.key = r.doc->>'training'
left join public.member m on m.key = r.doc->>'member'
left join public.area a on a.key = m.doc->>'area'
group by 1, 2, 3;

create view public.members_by_commune with (security_barrier) as
select
	m.doc->>'area' as commune,
	a.doc->>'name' as commune_name,
	m.doc->>'language' as language,
	count(*) as members,
	count(*) filter (where m.doc->>'consent' is not null) as agreed
from public.member m
left join public.area a on a.key = m.doc->>'area'
group by 1, 2, 3;

create view public.messages_waiting with (security_barrier) as
select
	doc->>'lane' as lane,
	count(*) as waiting,
	count(*) filter (where doc->>'tries' is not null) as tried
from public.message
group by 1;

create view public.deliveries_by_day with (security_barrier) as
select
	((doc->>'at')::timestamptz at time zone 'Asia/Ho_Chi_Minh')::date as day,
	doc->>'channel' as channel,
	doc->>'outcome' as outcome,
	count(*) as messages
from public.delivery
group by 1, 2, 3;

grant usage on schema public to chihai_reader;
grant select on public.training, public.area, public.trainings, public.registrations_by_commune,
	public.members_by_commune, public.messages_waiting, public.deliveries_by_day to chihai_reader;
