-- What staff wrote about somebody.
create or replace function takeover.carry_notes(p_ids uuid[]) returns void
language plpgsql as $$
begin
  perform takeover.set_aside('customer_notes', n.id::text, o.id, n.raw,
            case when o.id is null then 'names no organization' when coalesce(btrim(n.note), '') = '' then 'says nothing'
                 when n.is_private then 'private: who may read it is not said' else 'names nobody who is there' end)
     from takeover.customer_notes n
     left join organizations o on o.id = coalesce(n.organization_id, takeover.home_of(n.client_id, n.customer_id), takeover.only_organization())
     cross join lateral takeover.person_of(o.id, n.client_id, n.customer_id) w
    where n.id = any(p_ids)
      and (o.id is null or coalesce(btrim(n.note), '') = '' or n.is_private or coalesce(w.client_id, w.lead_id) is null);
  delete from notes t where t.id = any(p_ids) and not exists (
    select from takeover.customer_notes n where n.id = t.id and not coalesce(n.is_private, false));
  insert into notes as t (organization_id, id, customer_id, client_id, text, written_by, written_at)
  select o.id, n.id, w.lead_id, w.client_id, btrim(n.note),
         (select s.user_id from takeover.staff s where s.old_id = n.staff_id order by s.old_table desc limit 1), coalesce(n.created_at, now())
    from takeover.customer_notes n
    join organizations o on o.id = coalesce(n.organization_id, takeover.home_of(n.client_id, n.customer_id), takeover.only_organization())
    cross join lateral takeover.person_of(o.id, n.client_id, n.customer_id) w
   where n.id = any(p_ids) and btrim(n.note) <> '' and not coalesce(n.is_private, false) and coalesce(w.client_id, w.lead_id) is not null
  on conflict (organization_id, id) do update set customer_id = excluded.customer_id, client_id = excluded.client_id, text = excluded.text
    where (t.customer_id, t.client_id, t.text) is distinct from (excluded.customer_id, excluded.client_id, excluded.text);
  perform takeover.unset('customer_notes', array(select i::text from unnest(p_ids) i
    where exists (select from notes t where t.id = i) or not exists (select from takeover.customer_notes n where n.id = i)));
end $$;

-- Who waits and wants to be asked first.
create or replace function takeover.carry_wishes(p_waitlist uuid[]) returns void
language plpgsql as $$
begin
  update bookings b set ask_first = w.auto_book is false
    from takeover.waitlist w
    join takeover.judged j on j.table_name = 'waitlist' and j.id = w.id and j.verdict <> 'quarantined'
   where w.id = any(p_waitlist) and b.id = coalesce(j.into_id, j.id) and b.booking_status = 'waitlisted'
     and b.ask_first is distinct from (w.auto_book is false);
end $$;
