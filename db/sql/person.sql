-- One person, as who stands before them needs to know them.

-- The month is the calendar's, in the organization's zone; what is coming is not over yet.
create function app.person(p_kind text, p_person uuid)
returns table (
  kind text, id uuid, name text, birth_date date, phone text, email text, since date, lead_since date, visits int,
  visits_this_month int, last_visit date, waiver_signed_at timestamptz, waiver_signed_by text, blocked_reason text,
  owes int, pays text[], guardians text[], family text[], alerts text[], notes text[], coming_at timestamptz[],
  coming text[], coming_status text[], has jsonb, credit int, owed jsonb, cards jsonb)
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  c_bookings constant int := 4;
  c_notes constant int := 3;
  v_organization uuid := app.signed_in_organization_id();
  v_zone text := (select o.timezone from public.organizations o where o.id = v_organization);
  v_month timestamptz := date_trunc('month', now() at time zone v_zone) at time zone v_zone;
  v_customer uuid := case when p_kind = 'lead' then p_person end;
  v_client uuid := case when p_kind = 'client' then p_person end;
begin
  return query
    select p.*, v.visits, v.visits_this_month, v.last_visit, w.signed_at, w.signed_by, w.blocked, v.owes,
           array(select b.paid_by from public.bookings b
                  where b.organization_id = v_organization and (b.customer_id = v_customer or b.client_id = v_client)
                    and b.booking_status in ('confirmed', 'attended', 'no_show') and b.paid_by is not null
                  order by b.recorded_at desc limit c_bookings),
           f.guardians, f.others, n.alerts,
           array(select a.text from public.notes a
                  where a.organization_id = v_organization and (a.customer_id = v_customer or a.client_id = v_client)
                    and a.alert_priority is null
                  order by a.written_at desc, a.id limit c_notes),
           k.starts_at, k.programs, k.statuses,
           (select coalesce(jsonb_agg(jsonb_build_object(
                     'kind', e.kind, 'id', e.id, 'name', e.name, 'left', e.credits, 'ends_on', e.ends_on, 'held', e.held)), '[]')
              from app.entitlements_of(p_kind, p_person) e
             where not e.cancelled and coalesce(e.ends_on >= (now() at time zone v_zone)::date, true) and coalesce(e.credits > 0, true)),
           app.account_credit(v_organization, v_customer, v_client),
           (select coalesce(jsonb_agg(jsonb_build_object(
                     'id', o.id, 'starts_at', o.starts_at, 'program', o.program, 'price', o.price)), '[]')
              from app.owed(v_organization, v_customer, v_client) o),
           (select coalesce(jsonb_agg(jsonb_build_object('id', c.id, 'brand', c.brand, 'last_four', c.last_four)), '[]')
              from app.cards_of(p_kind, p_person) c)
      from (
        select 'lead', l.id, l.name, l.birth_date, coalesce(l.phone, ''), coalesce(l.email, ''),
               (l.created_at at time zone v_zone)::date, null::date
          from public.leads l where l.organization_id = v_organization and l.id = v_customer and l.erased_at is null
        union all
        select 'client', c.id, c.name, c.birth_date, coalesce(c.phone, ''), coalesce(c.email, ''),
               coalesce(c.client_since, (c.created_at at time zone v_zone)::date), (l.created_at at time zone v_zone)::date
          from public.clients c
          left join public.leads l on l.organization_id = c.organization_id and l.id = c.converted_from_lead_id
         where c.organization_id = v_organization and c.id = v_client and c.erased_at is null
      ) p
      cross join lateral (
        select l.waiver_signed_at as signed_at, l.waiver_signed_by as signed_by, l.blocked_reason as blocked
          from public.leads l where l.organization_id = v_organization and l.id = v_customer
        union all
        select c.waiver_signed_at, c.waiver_signed_by, c.blocked_reason
          from public.clients c where c.organization_id = v_organization and c.id = v_client
      ) w
      cross join lateral (
        select (count(*) filter (where b.booking_status = 'attended'))::int as visits,
               (count(*) filter (where b.booking_status = 'attended' and s.starts_at >= v_month))::int as visits_this_month,
               max((s.starts_at at time zone v_zone)::date) filter (where b.booking_status = 'attended') as last_visit,
               coalesce(sum(b.price) filter (where b.payment_status = 'pending'
                 and b.booking_status in ('confirmed', 'attended', 'no_show', 'late_cancelled')), 0)::int as owes
          from public.bookings b
          join public.class_sessions s on s.organization_id = b.organization_id and s.id = b.class_session_id
         where b.organization_id = v_organization and (b.customer_id = v_customer or b.client_id = v_client)
      ) v
      cross join lateral (
        select coalesce(array_agg(m.name order by m.name) filter (where m.is_guardian), '{}') as guardians,
               coalesce(array_agg(m.name order by m.name) filter (where not m.is_guardian), '{}') as others
          from app.relatives(v_organization, v_customer, v_client) m
      ) f
      cross join lateral (
        select coalesce(array_agg(a.text order by a.alert_priority, a.written_at, a.id), '{}') as alerts
          from public.notes a
         where a.organization_id = v_organization and (a.customer_id = v_customer or a.client_id = v_client)
           and a.alert_priority is not null
      ) n
      cross join lateral (
        select coalesce(array_agg(c.starts_at), '{}') as starts_at, coalesce(array_agg(c.program), '{}') as programs,
               coalesce(array_agg(c.booking_status), '{}') as statuses
          from (
            select s.starts_at, g.name as program, b.booking_status
              from public.bookings b
              join public.class_sessions s on s.organization_id = b.organization_id and s.id = b.class_session_id
              join public.programs g on g.organization_id = s.organization_id and g.id = s.program_id
             where b.organization_id = v_organization and (b.customer_id = v_customer or b.client_id = v_client)
               and b.booking_status in ('confirmed', 'waitlisted', 'attended') and s.ends_at > now()
             order by s.starts_at, b.id limit c_bookings
          ) c
      ) k;
end $$;

-- The others of a person's family.
create function app.relatives(p_organization uuid, p_customer uuid, p_client uuid)
returns table (name text, is_guardian boolean)
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  return query
    select coalesce(c.name, l.name), o.is_guardian
      from public.family_members me
      join public.family_members o on o.organization_id = me.organization_id and o.family_id = me.family_id and o.id <> me.id
      left join public.clients c on c.organization_id = o.organization_id and c.id = o.client_id
      left join public.leads l on l.organization_id = o.organization_id and l.id = o.customer_id
     where me.organization_id = p_organization and (me.customer_id = p_customer or me.client_id = p_client);
end $$;
