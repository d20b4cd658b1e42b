-- What analysts may read. Nothing here leads to a person: counts only, none of
-- fewer than five people by where they live, and what stands on public lists.
-- Run again whenever a view changes.

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
--
-- Fewer than five are not told (null), nor what else would tell of them: a
-- number that is null may be anything, 0 too. The view trainings says how many
-- seats and children a month has in all. So where one commune alone is hidden,
-- the smallest of the others is hidden with it, and where a month has no other,
-- the month is left out. Numbers of those who gave up add up to nothing that is
-- told elsewhere.
create view public.registrations_by_commune with (security_barrier) as
with counted as (
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
	group by 1, 2, 3
), small as (
	select *,
		count(*) over by_month as communes,
		count(*) filter (where registered between 1 and 4) over by_month as few,
		count(*) filter (where children between 1 and 4) over by_month as few_children,
		row_number() over (by_month order by registered between 1 and 4 desc, registered, commune) as place,
		row_number() over (by_month order by children between 1 and 4 desc, children, commune) as place_children
	from counted
	window by_month as (partition by month)
), judged as (
	select *,
		few > 0 and (registered between 1 and 4 or place <= 2) as hidden,
		few_children > 0 and (children between 1 and 4 or few = 0 and place_children <= 2) as hidden_children
	from small
)
select
	month,
	commune,
	commune_name,
	case when not hidden then registered end as registered,
	case when not hidden and gave_up not between 1 and 4 then gave_up end as gave_up,
	case when not hidden and not hidden_children then children end as children
from judged
where not (hidden and communes = 1);

-- Fewer than five are not told (null). No view says how many members there are
-- in all, so that nothing can be subtracted, and the page of the staff adds up
-- only numbers that it tells (bot/web/staff_members.go). Those who have not
-- agreed are few where nearly all have: then it is not told how many have.
create view public.members_by_commune with (security_barrier) as
with counted as (
	select
		m.doc->>'area' as commune,
		a.doc->>'name' as commune_name,
		m.doc->>'language' as language,
		count(*) as members,
		count(*) filter (where m.doc->>'consent' is not null) as agreed
	from public.member m
	left join public.area a on a.key = m.doc->>'area'
	group by 1, 2, 3
)
select
	commune,
	commune_name,
	language,
	case when members >= 5 then members end as members,
	case when members >= 5 and agreed not between 1 and 4 and members - agreed not between 1 and 4 then agreed end as agreed
from counted;

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
