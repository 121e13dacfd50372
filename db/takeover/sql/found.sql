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

update public.search_documents d set last_visit_on = h.last_visit_on, usual = h.usual
  from (select distinct b.organization_id, coalesce(b.client_id, b.customer_id) as person_id
          from public.bookings b where b.booking_status = 'attended') v
 cross join lateral app.habits(v.organization_id, v.person_id) h
 where d.organization_id = v.organization_id and d.person_id = v.person_id
   and (d.last_visit_on, d.usual) is distinct from (h.last_visit_on, h.usual);
