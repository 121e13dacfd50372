-- Who usually comes when, kept with the search document of each person so that find can rank by it.

-- The half hour of the week of a local time: Monday 00:00 is 48.
create function app.weekly_slot(p_local timestamp) returns int
language sql immutable parallel safe set search_path = pg_catalog, pg_temp as $$
  select (extract(isodow from p_local) * 48 + extract(hour from p_local) * 2 + floor(extract(minute from p_local) / 30))::int
$$;

-- When the person came last, and the weekly half hour of each visit of the eight weeks until then.
create function app.habits(p_organization uuid, p_person uuid, out last_visit_on date, out usual int[])
language plpgsql stable set search_path = pg_catalog, pg_temp set plan_cache_mode = force_generic_plan as $$
declare
  c_days constant int := 56;
begin
  select max(v.on_day), coalesce(array_agg(v.slot order by v.slot) filter (where v.on_day > v.last_on - c_days), '{}')
    into last_visit_on, usual
    from (
      select (a.at)::date as on_day, app.weekly_slot(a.at) as slot, max(a.at::date) over () as last_on
        from (
          select s.starts_at at time zone o.timezone as at
            from public.bookings b
            join public.class_sessions s on s.organization_id = b.organization_id and s.id = b.class_session_id
            join public.organizations o on o.id = b.organization_id
           where b.organization_id = p_organization and (b.customer_id = p_person or b.client_id = p_person)
             and b.booking_status = 'attended'
        ) a
    ) v;
end $$;

-- The document is locked first, so that of two check-ins at once the later one knows of both.
create function app.keep_habits_of(p_organization uuid, p_person uuid) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  perform from public.search_documents d
    where d.organization_id = p_organization and d.person_id = p_person for no key update;
  update public.search_documents d set last_visit_on = h.last_visit_on, usual = h.usual
    from app.habits(p_organization, p_person) h
   where d.organization_id = p_organization and d.person_id = p_person
     and (d.last_visit_on, d.usual) is distinct from (h.last_visit_on, h.usual);
end $$;

-- A definer's, since staff may touch no search document.
create function app.keep_habits() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  if tg_op <> 'INSERT' and old.booking_status = 'attended' then
    perform app.keep_habits_of(old.organization_id, coalesce(old.client_id, old.customer_id));
  end if;
  if tg_op <> 'DELETE' and new.booking_status = 'attended' then
    perform app.keep_habits_of(new.organization_id, coalesce(new.client_id, new.customer_id));
  end if;
  return null;
end $$;

create trigger d_keep_habits after insert or delete or update of booking_status, class_session_id, customer_id, client_id
  on public.bookings for each row execute function app.keep_habits();
