-- What became of the old rows, counted in the old tables and in the new ones, after the revisions ran.

create or replace function takeover.counts() returns table (table_name text, kept bigint, merged bigint)
language sql stable as $$
  with staffed as (
    select distinct old_id, user_id from takeover.staff
  ), first_source as (
    select m.organization_id, s.user_id from takeover.user_organizations m join staffed s on s.old_id = m.user_id
  ), second_source as (
    select m.organization_id, s.user_id from takeover.organization_members m join staffed s on s.old_id = m.user_id
  )
  select 'organizations', (select count(*) from takeover.organizations o where exists (
           select from public.organizations n where n.id = o.id)), 0
   union all
  select t.old_table, count(*) filter (where s.user_id = t.id), count(*) filter (where s.user_id <> t.id)
    from (select 'users' as old_table, id from takeover.users union all select 'auth.users', id from takeover.accounts) t
    left join takeover.staff s on s.old_table = t.old_table and s.old_id = t.id
   group by 1
   union all
  select 'user_organizations', count(*), 0
    from first_source f join public.user_organizations n on (n.organization_id, n.user_id) = (f.organization_id, f.user_id)
   union all
  select 'organization_members', count(*) filter (where not w.said), count(*) filter (where w.said)
    from second_source f join public.user_organizations n on (n.organization_id, n.user_id) = (f.organization_id, f.user_id)
    cross join lateral (select exists (select from first_source a where (a.organization_id, a.user_id) = (f.organization_id, f.user_id)) as said) w
   union all
  -- A mirror is its client.
  select 'leads', (select count(*) from takeover.leads o left join takeover.people p on p.lead_id = o.id
                    where p.via = 'mirror' or exists (select from public.leads n where n.id = o.id)), 0
   union all
  select 'clients', (select count(*) from takeover.clients o join public.clients n on n.id = o.id), 0
   union all
  select 'programs', (select count(*) from takeover.programs o join public.programs n on n.id = o.id), 0
   union all
  select 'class_sessions', (select count(*) from takeover.class_sessions o join public.class_sessions n on n.id = o.id), 0
   union all
  select v.table_name, count(*) filter (where n.id is not null and coalesce(j.verdict, 'kept') = 'kept'), count(*) filter (where j.verdict = 'merged')
    from (select 'bookings' as table_name, id from takeover.bookings union all select 'class_bookings', id from takeover.class_bookings
           union all select 'waitlist', id from takeover.waitlist) v
    left join takeover.judged j on j.table_name = v.table_name and j.id = v.id
    left join public.bookings n on n.id = v.id
   group by 1
   union all
  select 'payments', (select count(*) from takeover.payments o join public.payments n on n.id = o.id), 0
   union all
  select 'customer_notes', (select count(*) from takeover.customer_notes o join public.notes n on n.id = o.id), 0
   union all
  select 'membership_plans', (select count(*) from takeover.membership_plans o join public.membership_plans n on n.id = o.id), 0
   union all
  select 'class_packages', (select count(*) from takeover.class_packages o join public.package_products n on n.id = o.id), 0
   union all
  select t.table_name, coalesce(b.kept, 0), 0
    from unnest(array['memberships', 'class_credits', 'customer_class_packages']) t(table_name) left join takeover.bought_counts() b using (table_name)
$$;

-- What a look finds before anything is carried.
create or replace function takeover.foreseen() returns table (number bigint, sentence text)
language sql stable as $$
  select count(*), 'rows of bookings and waitlists name no session. They will be quarantined.' from takeover.homeless()
   union all
  select count(*), 'sessions say no start that can be read. They will be quarantined, with their bookings.'
    from takeover.class_sessions s where s.start_time is null
   union all
  select count(*), 'bookings name nobody. They will be quarantined.'
    from (select customer_id, client_id from takeover.bookings union all select customer_id, client_id from takeover.class_bookings) b
   where b.customer_id is null and b.client_id is null
   union all
  select count(*), 'payments took no money (pending, failed, given). They will be quarantined.'
    from takeover.payments p
   where coalesce(p.amount, 0) = 0 or takeover.payment_status(p.payment_status) = 'comp'
      or coalesce(takeover.spelling(p.status), takeover.spelling(p.payment_status), '') not in ('completed', 'paid', 'succeeded', 'paid_out', 'refunded')
   union all
  select count(*), 'notes are private. Who may read them is not said, so they will be quarantined.'
    from takeover.customer_notes n where n.is_private
   union all
  select count(*), 'people and sessions name no organization that is there. They will be quarantined.'
    from (select organization_id from takeover.leads union all select organization_id from takeover.clients
           union all select coalesce(s.organization_id, takeover.organization_of_program(s.program_id)) from takeover.class_sessions s) t
   where not exists (select from takeover.organizations o where o.id = coalesce(t.organization_id, takeover.only_organization()))
   union all
  select count(*), 'organizations have no time zone that is known. They will be in UTC.'
    from takeover.organizations o where not exists (select from pg_timezone_names z where z.name = btrim(o.timezone))
$$;

-- What somebody should look at, without anybody's name.
create or replace function takeover.remarks() returns table (number bigint, sentence text)
language sql stable as $$
  select count(*), 'leads share the e-mail of a client and have another name: families, or one person twice. None was joined.'
    from takeover.identities l
   where l.kind = 'lead' and exists (select from takeover.identities c
     where c.kind = 'client' and c.organization_id = l.organization_id and c.email = l.email and c.name <> l.name)
   union all
  select count(*), 'leads are called clients and have no client. They stay leads that can book.'
    from takeover.leads l join takeover.people p on p.lead_id = l.id
   where p.client_id is null and takeover.spelling(l.status) in ('client', 'customer', 'member', 'converted')
   union all
  select count(*), 'sessions are booked over their capacity; the day shows by how many.' from public.class_sessions s where s.extra_seats > 0
   union all
  select count(*), 'sessions said another number of bookings than there were. They were counted anew.'
    from takeover.class_sessions s
   where s.current_bookings <> (select count(*) from takeover.bookings b
     where b.class_session_id = s.id and b.booking_status in ('confirmed', 'attended'))
   union all
  select count(*), 'memberships say credits and no period. They are packages of these credits.'
    from takeover.memberships m join public.packages p on p.id = takeover.bought_id('memberships', m.id)
   union all
  select count(*), 'packages are not over and have nothing left. They pay for nothing.'
    from public.packages p where p.cancelled_at is null and coalesce(p.ends_on >= current_date, true)
     and coalesce((select sum(e.amount) from public.entitlement_ledger e where e.organization_id = p.organization_id and e.package_id = p.id), 0) = 0
   union all
  select count(*), 'memberships were called active after their last day. They pay for nothing.'
    from takeover.memberships m join public.memberships n on n.id = m.id
   where takeover.standing(m.status) = 'active' and n.ends_on < current_date
   union all
  select count(*), 'people have more than one membership that pays.'
    from (select from public.memberships m where m.cancelled_at is null and coalesce(m.ends_on >= current_date, true)
           group by m.organization_id, m.client_id, m.customer_id having count(*) > 1) d
   union all
  select count(*), 'of the staff have no rank that counts here. They are viewers who cannot sign in.'
    from public.user_organizations m where m.role = 'viewer' and not m.is_active
$$;
