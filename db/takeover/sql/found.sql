-- After the functions were installed: everybody can be found, with the habits they had.
with people as (
  select l.organization_id, l.id, 'lead' as kind, l.name, l.phone, l.email from public.leads l where app.shows(l.erased_at, l.status)
   union all
  select c.organization_id, c.id, 'client', c.name, c.phone, c.email from public.clients c where app.shows(c.erased_at, null)
), gone as (
  delete from public.search_documents d
   where not exists (select from people p where p.organization_id = d.organization_id and p.id = d.person_id)
)
insert into public.search_documents as d (organization_id, person_id, kind, name, document)
select p.organization_id, p.id, p.kind, app.words(p.name), app.document(p.name, p.phone, p.email) from people p
on conflict (organization_id, person_id) do update set kind = excluded.kind, name = excluded.name, document = excluded.document
  where (d.kind, d.name, d.document) is distinct from (excluded.kind, excluded.name, excluded.document);

with visits as (
  select b.organization_id, coalesce(b.client_id, b.customer_id) as person_id, s.starts_at at time zone o.timezone as at
    from public.bookings b
    join public.class_sessions s on s.organization_id = b.organization_id and s.id = b.class_session_id
    join public.organizations o on o.id = b.organization_id
   where b.booking_status = 'attended'
), dated as (
  select v.*, max(v.at::date) over (partition by v.organization_id, v.person_id) as last_on, app.weekly_slot(v.at) as slot from visits v
), habits as (
  select organization_id, person_id, last_on, array_agg(slot order by slot) filter (where at::date > last_on - 56) as usual
    from dated group by 1, 2, 3
)
update public.search_documents d set last_visit_on = h.last_on, usual = coalesce(h.usual, '{}')
  from habits h
 where d.organization_id = h.organization_id and d.person_id = h.person_id
   and (d.last_visit_on, d.usual) is distinct from (h.last_on, coalesce(h.usual, '{}'));
