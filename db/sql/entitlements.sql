-- What may pay for a booking, what does, and the ledger of credits. Whoever writes a booking, the database decides:
-- staff's own choice if it may pay, otherwise the first by the published order, see docs/rules.md.
-- The triggers are definers, since staff have no INSERT on the ledger, and so that policies are not asked ten times.

create type app.entitlement as (
  kind text, id uuid, name text, unlimited boolean, credits int, ends_on date, programs int, sold_at timestamptz, refused text);

create function app.counts_as_used(p_status text) returns boolean
language sql immutable set search_path = pg_catalog, pg_temp as $$
  select p_status in ('confirmed', 'attended', 'no_show', 'late_cancelled')
$$;

-- The period of a limit that a day lies in, both days included. An anniversary's month runs from the original day of
-- the month, clamped to the month's end.
create function app.period_of(p_period text, p_anchored text, p_start date, p_day date, out first_day date, out last_day date)
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
declare
  v_months int := (extract(year from p_day) - extract(year from p_start)) * 12 + extract(month from p_day) - extract(month from p_start);
begin
  if p_anchored = 'calendar' then
    first_day := date_trunc(p_period, p_day::timestamp)::date;
    last_day := (first_day + ('1 ' || p_period)::interval)::date - 1;
  elsif p_period = 'week' then
    first_day := p_start + ((p_day - p_start) / 7) * 7;
    last_day := first_day + 6;
  elsif p_period = 'month' then
    if (p_start + make_interval(months => v_months))::date > p_day then
      v_months := v_months - 1;
    end if;
    first_day := (p_start + make_interval(months => v_months))::date;
    last_day := (p_start + make_interval(months => v_months + 1))::date - 1;
  end if;
end $$;

-- A last day, pushed by the days that holds took from it: each day once, however many holds lie on it, and none before
-- the first or after the last. A hold without an end has lasted until that day.
create function app.pushed_end(
  p_organization uuid, p_membership uuid, p_package uuid, p_starts_on date, p_ends_on date, p_day date) returns date
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  v_end date := p_ends_on;
  v_counted date := p_starts_on - 1;
  v_from date;
  h record;
begin
  if p_ends_on is null then
    return null;
  end if;
  for h in
    select e.first_day, coalesce(e.last_day, p_day) as last_day from public.entitlement_holds e
     where e.organization_id = p_organization and (e.membership_id = p_membership or e.package_id = p_package)
     order by e.first_day
  loop
    v_from := greatest(h.first_day, v_counted + 1);
    if v_from <= least(v_end, h.last_day) then
      v_end := v_end + (h.last_day - v_from + 1);
      v_counted := h.last_day;
    end if;
  end loop;
  return v_end;
end $$;

create function app.on_hold(p_organization uuid, p_membership uuid, p_package uuid, p_day date) returns boolean
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  return exists (
    select from public.entitlement_holds e
     where e.organization_id = p_organization and (e.membership_id = p_membership or e.package_id = p_package)
       and e.first_day <= p_day and coalesce(e.last_day >= p_day, true));
end $$;

-- Days on which what counts as used by it took place, without one booking.
create function app.days_used(p_organization uuid, p_membership uuid, p_package uuid, p_zone text, p_without uuid)
returns setof date
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  return query
    select (s.starts_at at time zone p_zone)::date
      from public.bookings u
      join public.class_sessions s on s.organization_id = u.organization_id and s.id = u.class_session_id
     where u.organization_id = p_organization and (u.membership_id = p_membership or u.package_id = p_package)
       and app.counts_as_used(u.booking_status) and u.id is distinct from p_without;
end $$;

-- Whether a plan or a product covers a program, and how many it covers.
create function app.coverage(
  p_organization uuid, p_plan uuid, p_product uuid, p_every boolean, p_program uuid, out covers boolean, out programs int)
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  if p_every then
    covers := true;
    select count(*) into programs from public.programs g where g.organization_id = p_organization;
  else
    select coalesce(bool_or(c.program_id = p_program), false), count(*) into covers, programs
      from public.covered_programs c
     where c.organization_id = p_organization and (c.plan_id = p_plan or c.product_id = p_product);
  end if;
end $$;

create function app.memberships_for(b public.bookings, p_family uuid[], p_zone text, p_day date, p_program uuid)
returns setof app.entitlement
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  return query
    select 'membership', m.id, p.name, m.period_limit is null, m.period_limit - u.used,
           least(e.ends_on, case when m.period_limit is not null then t.last_day end), g.programs, m.sold_at,
           case when m.cancelled_at is not null then 'entitlement_cancelled'
                when m.starts_on > p_day then 'entitlement_starts_later'
                when e.ends_on < p_day then 'entitlement_ended'
                when app.on_hold(m.organization_id, m.id, null, p_day) then 'entitlement_on_hold'
                when not g.covers then 'entitlement_program'
                when u.used >= m.period_limit then 'entitlement_limit' end
      from public.memberships m
      join public.membership_plans p on p.organization_id = m.organization_id and p.id = m.plan_id
      cross join lateral (select app.pushed_end(m.organization_id, m.id, null, m.starts_on, m.ends_on, p_day) as ends_on) e
      cross join lateral app.coverage(m.organization_id, p.id, null, p.every_program, p_program) g
      cross join lateral app.period_of(m.period, m.anchored, m.starts_on, p_day) t
      cross join lateral (
        select case when m.period_limit is not null then (
                 select count(*) from app.days_used(m.organization_id, m.id, null, p_zone, b.id) d
                  where d between t.first_day and t.last_day) end::int as used) u
     where m.organization_id = b.organization_id
       and (m.customer_id = b.customer_id or m.client_id = b.client_id
            or m.is_shared and (m.customer_id = any(p_family) or m.client_id = any(p_family)));
end $$;

create function app.packages_for(b public.bookings, p_family uuid[], p_zone text, p_day date, p_program uuid)
returns setof app.entitlement
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  return query
    select 'package', k.id, p.name, false, l.credits, e.ends_on, g.programs, k.sold_at,
           case when k.cancelled_at is not null then 'entitlement_cancelled'
                when k.starts_on > p_day then 'entitlement_starts_later'
                when e.ends_on < p_day then 'entitlement_ended'
                when app.on_hold(k.organization_id, null, k.id, p_day) then 'entitlement_on_hold'
                when not g.covers then 'entitlement_program'
                when l.credits <= 0 then 'entitlement_credits' end
      from public.packages k
      join public.package_products p on p.organization_id = k.organization_id and p.id = k.product_id
      cross join lateral app.coverage(k.organization_id, null, p.id, p.every_program, p_program) g
      -- Valid from the first class that counts: derived, so that one that is cancelled moves it.
      cross join lateral (
        select case when k.ends_on is null and k.valid_days is not null then (
                 select least(min(d), p_day) from app.days_used(k.organization_id, null, k.id, p_zone, b.id) d)
               else k.starts_on end as starts_on) f
      cross join lateral (
        select app.pushed_end(k.organization_id, null, k.id, f.starts_on,
                              coalesce(k.ends_on, f.starts_on + k.valid_days - 1), p_day) as ends_on) e
      cross join lateral (
        select coalesce(sum(r.amount), 0)::int as credits from public.entitlement_ledger r
         where r.organization_id = k.organization_id and r.package_id = k.id
           and (r.booking_id is null or r.booking_id is distinct from b.id)) l
     where k.organization_id = b.organization_id
       and (k.customer_id = b.customer_id or k.client_id = b.client_id
            or k.is_shared and (k.customer_id = any(p_family) or k.client_id = any(p_family)));
end $$;

-- Everything that the person, or their family in common, has, in the order in which it pays: what may not comes last,
-- the latest end first.
create function app.entitlements_for(b public.bookings) returns setof app.entitlement
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  v_zone text;
  v_day date;
  v_program uuid;
  v_family uuid[];
begin
  select o.timezone, (s.starts_at at time zone o.timezone)::date, s.program_id into v_zone, v_day, v_program
    from public.class_sessions s join public.organizations o on o.id = s.organization_id
   where s.organization_id = b.organization_id and s.id = b.class_session_id;
  v_family := array(
    select coalesce(m.client_id, m.customer_id)
      from public.family_members me
      join public.family_members m on m.organization_id = me.organization_id and m.family_id = me.family_id and m.id <> me.id
     where me.organization_id = b.organization_id and (me.customer_id = b.customer_id or me.client_id = b.client_id));
  return query
    select e.* from (
      select * from app.memberships_for(b, v_family, v_zone, v_day, v_program)
      union all
      select * from app.packages_for(b, v_family, v_zone, v_day, v_program)) e
     order by e.refused is not null,
              case when e.refused is null then not e.unlimited end,
              case when e.refused is null then coalesce(e.ends_on, 'infinity') end,
              case when e.refused is null then e.programs end,
              case when e.refused is null then e.sold_at end,
              e.ends_on desc nulls first, e.id;
end $$;

-- Why the first pays and not the second; both may.
create function app.why_first(p_first app.entitlement, p_second app.entitlement) returns text
language sql immutable set search_path = pg_catalog, pg_temp as $$
  select case
    when (p_second).id is null then 'only'
    when (p_first).unlimited and not (p_second).unlimited then 'unlimited'
    when (p_first).ends_on is distinct from (p_second).ends_on then 'ends_soonest'
    when (p_first).programs <> (p_second).programs then 'fewest_programs'
    else 'bought_first' end
$$;

-- What a booking remembers of an entitlement; what is left is what is left after it, if it may pay.
create function app.said_of(e app.entitlement) returns jsonb
language sql immutable set search_path = pg_catalog, pg_temp as $$
  select jsonb_build_object('kind', (e).kind, 'id', (e).id, 'name', (e).name, 'left', (e).credits - ((e).refused is null)::int, 'ends_on', (e).ends_on)
$$;

-- Decide what pays: the ids, paid_by, and what was decided, for somebody who asks later why. A choice that may not pay
-- is refused for its first reason.
create function app.decide(b public.bookings) returns public.bookings
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  c_refused constant int := 5;
  v_all app.entitlement[] := array(select e from app.entitlements_for(b) e);
  v_may app.entitlement[] := array(select e from unnest(v_all) e where (e).refused is null);
  v_wanted uuid := coalesce(b.membership_id, b.package_id);
  v_chosen app.entitlement;
  v_why text;
begin
  if b.paid_by in ('card', 'cash', 'later', 'comp', 'credit') then
    v_why := case when cardinality(v_may) > 0 then 'chosen' else 'nothing_covers' end;
  elsif v_wanted is not null then
    select e.* into v_chosen from unnest(v_all) e where e.id = v_wanted;
    if v_chosen.id is null then
      perform app.refuse('entitlement_not_theirs');
    elsif v_chosen.refused is not null then
      perform app.refuse(v_chosen.refused);
    end if;
    v_why := case when v_may[1] = v_chosen then app.why_first(v_may[1], v_may[2]) else 'chosen' end;
  elsif cardinality(v_may) > 0 then
    v_chosen := v_may[1];
    v_why := app.why_first(v_may[1], v_may[2]);
  elsif b.paid_by in ('membership', 'package') then
    perform app.refuse('entitlement_not_theirs');
  else
    v_why := 'nothing_covers';
  end if;
  b.membership_id := case when v_chosen.kind = 'membership' then v_chosen.id end;
  b.package_id := case when v_chosen.kind = 'package' then v_chosen.id end;
  b.paid_by := coalesce(v_chosen.kind, b.paid_by, 'later');
  b.decided := jsonb_build_object(
    'why', v_why,
    'by', case when v_chosen.id is not null then app.said_of(v_chosen) end,
    'others', coalesce((select jsonb_agg(app.said_of(e)) from unnest(v_may) e where (e).id is distinct from v_chosen.id), '[]'),
    'refused', coalesce((select jsonb_agg(app.said_of(e) || jsonb_build_object('rule', (e).refused))
                           from (select r from unnest(v_all) r where (r).refused is not null limit c_refused) x(e)), '[]'));
  return b;
end $$;

-- What would pay for somebody who waits; nothing of it is taken. Where nothing does any more, what was kept before stays.
create function app.would_pay(b public.bookings, p_before jsonb) returns jsonb
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  v_decided jsonb := (app.decide(b)).decided;
begin
  if v_decided ->> 'by' is null then
    return v_decided || jsonb_build_object('by', coalesce(p_before -> 'waited', p_before -> 'by'));
  end if;
  return v_decided;
end $$;

-- Whether something would have paid for somebody who waits when they were put in line, and nothing does any more.
create function app.lost_payer(b public.bookings) returns boolean
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  return b.decided ->> 'by' is not null and not exists (select from app.entitlements_for(b) e where e.refused is null);
end $$;

-- Two desks that spend the last credit come one after the other; in the order of the ids, after session and person.
create function app.lock_entitlements(b public.bookings) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  perform from public.memberships m
    where m.organization_id = b.organization_id and m.cancelled_at is null
      and (m.customer_id = b.customer_id or m.client_id = b.client_id or m.is_shared and exists (
        select from public.family_members me
          join public.family_members o on o.organization_id = me.organization_id and o.family_id = me.family_id
         where me.organization_id = b.organization_id and (me.customer_id = b.customer_id or me.client_id = b.client_id)
           and (o.customer_id = m.customer_id or o.client_id = m.client_id)))
    order by m.id for no key update of m;
  perform from public.packages k
    where k.organization_id = b.organization_id and k.cancelled_at is null
      and (k.customer_id = b.customer_id or k.client_id = b.client_id or k.is_shared and exists (
        select from public.family_members me
          join public.family_members o on o.organization_id = me.organization_id and o.family_id = me.family_id
         where me.organization_id = b.organization_id and (me.customer_id = b.customer_id or me.client_id = b.client_id)
           and (o.customer_id = k.customer_id or o.client_id = k.client_id)))
    order by k.id for no key update of k;
end $$;

-- Whether anything may pay, for a booking that is about to be made: nobody else spends it before the end.
create function app.is_covered(p_session uuid, p_customer uuid, p_client uuid) returns boolean
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  b public.bookings;
begin
  b.organization_id := app.writing_organization_id();
  b.class_session_id := p_session;
  b.customer_id := p_customer;
  b.client_id := p_client;
  perform app.lock_entitlements(b);
  return exists (select from app.entitlements_for(b) e where e.refused is null);
end $$;

-- A payer is decided once, when a seat is taken; what costs nothing needs none, and who waits has none yet: of them
-- it is kept what would pay, also for when they have to wait again.
create function app.keep_payer() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  if tg_op = 'UPDATE' and new.collection_id is distinct from old.collection_id then
    return new; -- what is owed is collected, or that is taken back
  elsif new.booking_status = 'waitlisted' then
    new.paid_by := null;
    new.collection_id := null;
    new.membership_id := null;
    new.package_id := null;
    new.decided := case when new.price > 0 then app.would_pay(new, case when tg_op = 'UPDATE' then old.decided end) end;
  elsif tg_op = 'UPDATE' and old.paid_by is not null then
    new.paid_by := old.paid_by;
    new.comp_reason := old.comp_reason;
    new.membership_id := old.membership_id;
    new.package_id := old.package_id;
    if app.counts_as_used(new.booking_status) and not app.counts_as_used(old.booking_status)
       and coalesce(old.membership_id, old.package_id) is not null then
      perform app.lock_entitlements(new);
      new := app.decide(new);
    end if;
    return new;
  elsif tg_op = 'UPDATE' and (app.counts_as_used(old.booking_status) or not app.counts_as_used(new.booking_status)) then
    new.paid_by := null;
    return new;
  elsif new.price = 0 and new.paid_by is distinct from 'comp' then
    new.paid_by := null;
    new.membership_id := null;
    new.package_id := null;
  else
    perform app.lock_entitlements(new);
    new := app.decide(new);
    if tg_op = 'UPDATE' and old.decided ->> 'by' is not null then
      new.decided := new.decided || jsonb_build_object('waited', old.decided -> 'by');
    end if;
  end if;
  new.comp_reason := case when new.paid_by = 'comp' then app.reason(new.comp_reason) end;
  if new.paid_by = 'comp' and new.comp_reason is null then
    perform app.refuse('booking_comp_reason');
  end if;
  new.payment_status := case
    when new.booking_status = 'waitlisted' or new.paid_by = 'later' then 'pending'
    when new.paid_by = 'comp' then 'comp'
    else 'paid' end;
  return new;
end $$;

create trigger b_keep_payer before insert or update of booking_status, paid_by, comp_reason, membership_id, package_id
  on public.bookings for each row execute function app.keep_payer();

-- A booking that counts has a debit on its package, every other has none: what is missing is a row more.
create function app.keep_credits() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_counts boolean := new.package_id is not null and app.counts_as_used(new.booking_status) and new.payment_status <> 'void';
  v_package uuid := coalesce(new.package_id, case when tg_op = 'UPDATE' then old.package_id end);
  v_debits int;
begin
  if v_package is null then
    return null;
  end if;
  perform from public.packages k where k.organization_id = new.organization_id and k.id = v_package for no key update;
  select -coalesce(sum(l.amount), 0) into v_debits from public.entitlement_ledger l
   where l.organization_id = new.organization_id and l.package_id = v_package and l.booking_id = new.id;
  if v_debits <> v_counts::int then
    insert into public.entitlement_ledger (organization_id, package_id, booking_id, kind, amount, made_by, desk_id)
    values (new.organization_id, v_package, new.id, case when v_counts then 'debit' else 'credit' end,
            v_debits - v_counts::int, app.user_id(), app.desk_id());
  end if;
  return null;
end $$;

create trigger a_keep_credits after insert or update of booking_status on public.bookings
  for each row execute function app.keep_credits();

-- Whoever posts it: what is left is never less than nothing.
create function app.never_below_nothing() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  perform from public.packages k where k.organization_id = new.organization_id and k.id = new.package_id for no key update;
  if (select sum(l.amount) < 0 from public.entitlement_ledger l
       where l.organization_id = new.organization_id and l.package_id = new.package_id) then
    perform app.refuse('entitlement_credits');
  end if;
  return null;
end $$;

create trigger never_below_nothing after insert on public.entitlement_ledger
  for each row when (new.amount < 0) execute function app.never_below_nothing();
