-- Membership plans and package products, memberships, class credits and packages, carried once all revisions ran.
-- A membership that says credits and no period is a package of them: it never promised more than what is left.

-- The moment that an old column says: an instant as it is, a date as the organization's midnight; NULL for what cannot be read.
create or replace function takeover.moment(p_text text, p_zone text) returns timestamptz
language plpgsql stable as $$
begin
  return takeover.shown(case when p_text ~ ':.*[+-]\d\d(:?\d\d)?$' then p_text::timestamptz else p_text::timestamp at time zone p_zone end);
exception when data_exception then
  return null;
end $$;

-- The day of it there.
create or replace function takeover.day(p_text text, p_zone text) returns date
language sql stable as $$
  select (takeover.moment(p_text, p_zone) at time zone p_zone)::date
$$;

-- Active, paused, cancelled or over; what says nothing is active.
create or replace function takeover.standing(p_text text) returns text
language sql immutable as $$
  select case
    when s in ('paused', 'pause', 'frozen', 'on_hold', 'hold', 'suspended') then 'paused'
    when s in ('cancelled', 'canceled', 'terminated', 'refunded', 'transferred') then 'cancelled'
    when s in ('expired', 'inactive', 'ended', 'lapsed') then 'over'
    else 'active' end
    from (select takeover.spelling(p_text) as s) t
$$;

create or replace function takeover.carry_plans(p_ids uuid[]) returns void
language plpgsql as $$
begin
  perform takeover.set_aside('membership_plans', p.id::text, p.organization_id, p.raw, 'names no organization')
     from takeover.membership_plans p
    where p.id = any(p_ids) and not exists (select from organizations o where o.id = coalesce(p.organization_id, takeover.only_organization()));
  insert into membership_plans as t (organization_id, id, name, price, is_active)
  select o.id, p.id, coalesce(p.name, 'Membership'), greatest(coalesce(p.price, 0), 0), coalesce(p.is_active, true)
    from takeover.membership_plans p join organizations o on o.id = coalesce(p.organization_id, takeover.only_organization())
   where p.id = any(p_ids)
  on conflict (organization_id, id) do update set name = excluded.name, price = excluded.price, is_active = excluded.is_active
    where (t.name, t.price, t.is_active) is distinct from (excluded.name, excluded.price, excluded.is_active);
  perform takeover.unset('membership_plans', array(select t.id::text from membership_plans t where t.id = any(p_ids)));
end $$;

create or replace function takeover.carry_products(p_ids uuid[]) returns void
language plpgsql as $$
begin
  perform takeover.set_aside('class_packages', p.id::text, p.organization_id, p.raw, 'names no organization')
     from takeover.class_packages p
    where p.id = any(p_ids) and not exists (select from organizations o where o.id = coalesce(p.organization_id, takeover.only_organization()));
  insert into package_products as t (organization_id, id, name, price, class_count, valid_days, is_active)
  select o.id, p.id, coalesce(p.name, 'Package'), greatest(coalesce(p.price, 0), 0), greatest(coalesce(p.class_count, 1), 1),
         nullif(greatest(coalesce(p.validity_days, 0), 0), 0), coalesce(p.is_active, true)
    from takeover.class_packages p join organizations o on o.id = coalesce(p.organization_id, takeover.only_organization())
   where p.id = any(p_ids)
  on conflict (organization_id, id) do update
    set name = excluded.name, price = excluded.price, class_count = excluded.class_count, valid_days = excluded.valid_days, is_active = excluded.is_active
    where (t.name, t.price, t.class_count, t.valid_days, t.is_active) is distinct from
          (excluded.name, excluded.price, excluded.class_count, excluded.valid_days, excluded.is_active);
  perform takeover.unset('class_packages', array(select t.id::text from package_products t where t.id = any(p_ids)));
end $$;

-- Three old tables as one: who bought what, from when to when, and what is left of it. `offer_id` is what the row
-- names, `offer` what it is called where one is made for it.
create or replace function takeover.bought(p_ids uuid[])
returns table (table_name text, id uuid, organization_id uuid, client_id uuid, customer_id uuid, program_id uuid, offer_id uuid, offer text,
  is_package boolean, first_day text, last_day text, class_count int, remaining int, status text, changed_at timestamptz, why text, raw jsonb)
language sql stable as $$
  select 'memberships', m.id, m.organization_id, m.client_id, m.customer_id, m.program_id, m.plan_id,
         case when m.unlimited is not true and m.credits_remaining is not null then 'Membership credits' else 'Membership' end,
         m.unlimited is not true and m.credits_remaining is not null, m.start_date, m.end_date,
         m.credits_remaining, m.credits_remaining, m.status, m.updated_at,
         case when m.unlimited is false and m.credits_remaining is null then 'is not unlimited and says no credits' end, m.raw
    from takeover.memberships m where m.id = any(p_ids)
   union all
  select 'class_credits', c.id, c.organization_id, c.client_id, c.customer_id, c.program_id, null, 'Class credits', true,
         c.created_at, c.expiry_date, coalesce(c.purchased, c.remaining), coalesce(c.remaining, c.purchased - coalesce(c.used, 0)),
         c.status, c.updated_at, case when coalesce(c.remaining, c.purchased) is null then 'says no credits' end, c.raw
    from takeover.class_credits c where c.id = any(p_ids)
   union all
  select 'customer_class_packages', p.id, p.organization_id, p.client_id, p.customer_id, null, p.package_id, 'Package', true,
         p.purchase_date, p.expiry_date, p.remaining + coalesce(p.used, 0),
         case when takeover.spelling(p.status) in ('refunded', 'transferred') then 0 else p.remaining end,
         p.status, p.updated_at, case when p.remaining is null then 'says no classes' end, p.raw
    from takeover.customer_class_packages p where p.id = any(p_ids)
$$;

-- Its id, unless another of the three tables has the same: then one is made.
create or replace function takeover.bought_id(p_table text, p_id uuid) returns uuid
language sql stable as $$
  select case
    when p_table = 'class_credits' and exists (select from takeover.customer_class_packages p where p.id = p_id)
      or p_table = 'memberships' and (exists (select from takeover.customer_class_packages p where p.id = p_id)
                                      or exists (select from takeover.class_credits c where c.id = p_id))
    then takeover.made_id(p_table, p_id, '') else p_id end
$$;

create or replace function takeover.carry_bought(p_ids uuid[]) returns void
language plpgsql as $$
begin
  create temporary table if not exists bought (table_name text, old_id uuid, id uuid, organization_id uuid, client_id uuid, lead_id uuid,
    offer_id uuid, offer text, program_id uuid, made boolean, is_package boolean, starts_on date, ends_on date, class_count int, remaining int, price int,
    currency text, sold_at timestamptz, standing text, over_at timestamptz, ended_at timestamptz, zone text, why text, raw jsonb) on commit drop;
  truncate pg_temp.bought;
  insert into pg_temp.bought
  select b.table_name, b.id, takeover.bought_id(b.table_name, b.id), o.id, w.client_id, w.lead_id,
         case when f.named then b.offer_id
              else takeover.made_id(case when b.is_package then 'product' else 'plan' end, o.id, concat_ws(' ', coalesce(f.name, b.offer), g.id::text)) end,
         coalesce(f.name, b.offer), g.id, not f.named, b.is_package, d.starts_on, d.ends_on,
         greatest(b.class_count, b.remaining, 0), greatest(b.remaining, 0), coalesce(f.price, 0), o.currency,
         coalesce(takeover.moment(b.first_day, o.timezone), d.starts_on::timestamp at time zone o.timezone), h.standing, h.over_at,
         case when takeover.is_cancelled(h.standing, d.ends_on, h.over_at, o.timezone) then h.over_at end, o.timezone,
         case when coalesce(w.client_id, w.lead_id) is null then 'names nobody who is there'
              when b.why is not null then b.why
              when d.starts_on is null then 'says no first day'
              when d.ends_on < d.starts_on then 'ends before it starts' end, b.raw
    from takeover.bought(p_ids) b
    left join organizations o on o.id = coalesce(takeover.home_of(b.client_id, b.customer_id), b.organization_id, takeover.only_organization())
    cross join lateral takeover.person_of(o.id, b.client_id, b.customer_id) w
    left join programs g on g.organization_id = o.id and g.id = b.program_id
    -- What it names covers every program: a row of one program has an offer of its own.
    cross join lateral (
      select g.id is null and coalesce(p.id, q.id) is not null as named, coalesce(p.name, q.name) as name, coalesce(p.price, q.price) as price
        from (select) s
        left join membership_plans p on not b.is_package and p.organization_id = o.id and p.id = b.offer_id
        left join package_products q on b.is_package and q.organization_id = o.id and q.id = b.offer_id) f
    cross join lateral (
      select takeover.day(b.first_day, o.timezone) as first_on, takeover.day(b.last_day, o.timezone) as ends_on) e
    -- Credits say no first day: theirs is the day on which they are carried, or their last.
    cross join lateral (
      select case when b.table_name = 'class_credits' then coalesce(e.first_on, least((now() at time zone o.timezone)::date, e.ends_on))
                  else e.first_on end as starts_on, e.ends_on) d
    cross join lateral (select takeover.standing(b.status) as standing, coalesce(b.changed_at, now()) as over_at) h;

  perform takeover.set_aside(t.table_name, t.old_id::text, t.organization_id, t.raw, t.why) from pg_temp.bought t where t.why is not null;
  perform takeover.unset(t.table_name, array_agg(t.old_id::text)) from pg_temp.bought t where t.why is null group by t.table_name;
  perform takeover.make_offers();
  perform takeover.carry_memberships();
  perform takeover.carry_packages();
  perform takeover.carry_left();
  perform takeover.carry_holds();
  perform takeover.end_bought(p_ids);
end $$;

-- Plans and products for what names none, not for sale.
create or replace function takeover.make_offers() returns void
language plpgsql as $$
begin
  insert into membership_plans (organization_id, id, name, price, every_program, is_active)
  select distinct t.organization_id, t.offer_id, t.offer, 0, t.program_id is null, false
    from pg_temp.bought t where t.why is null and t.made and not t.is_package
  on conflict do nothing;
  insert into package_products (organization_id, id, name, price, every_program, is_active, class_count)
  select t.organization_id, t.offer_id, t.offer, 0, t.program_id is null, false, greatest(max(t.class_count), 1)
    from pg_temp.bought t where t.why is null and t.made and t.is_package group by 1, 2, 3, 5
  on conflict do nothing;
  insert into covered_programs (organization_id, id, plan_id, product_id, program_id)
  select distinct t.organization_id, takeover.made_id('covered', t.organization_id, t.offer_id || ' ' || t.program_id),
         case when not t.is_package then t.offer_id end, case when t.is_package then t.offer_id end, t.program_id
    from pg_temp.bought t where t.why is null and t.made and t.program_id is not null
  on conflict do nothing;
end $$;

-- What a desk cancelled stays cancelled; what the old application ended, or did not end after all, is its to say.
create or replace function takeover.carry_memberships() returns void
language plpgsql as $$
begin
  insert into memberships as t (organization_id, id, plan_id, starts_on, ends_on, price, currency, sold_at, cancelled_at, cancel_reason, customer_id, client_id)
  select b.organization_id, b.id, b.offer_id, b.starts_on, b.ends_on, b.price, b.currency, b.sold_at,
         b.ended_at, case when b.ended_at is not null then 'ended in the old system' end, b.lead_id, b.client_id
    from pg_temp.bought b where b.why is null and not b.is_package
  on conflict (organization_id, id) do update
    set plan_id = excluded.plan_id, starts_on = excluded.starts_on, ends_on = excluded.ends_on,
        cancelled_at = case when t.cancelled_by is not null or excluded.cancelled_at is not null then coalesce(t.cancelled_at, excluded.cancelled_at) end,
        cancel_reason = case when t.cancelled_by is not null or excluded.cancelled_at is not null then coalesce(t.cancel_reason, excluded.cancel_reason) end,
        customer_id = excluded.customer_id, client_id = excluded.client_id
    where (t.plan_id, t.starts_on, t.ends_on, t.customer_id, t.client_id) is distinct from
          (excluded.plan_id, excluded.starts_on, excluded.ends_on, excluded.customer_id, excluded.client_id)
       or (t.cancelled_at is null) is distinct from (excluded.cancelled_at is null) and t.cancelled_by is null;
end $$;

create or replace function takeover.carry_packages() returns void
language plpgsql as $$
begin
  insert into packages as t (organization_id, id, product_id, class_count, starts_on, ends_on, price, currency, sold_at, cancelled_at, cancel_reason, customer_id, client_id)
  select b.organization_id, b.id, b.offer_id, b.class_count, b.starts_on, b.ends_on, b.price, b.currency, b.sold_at,
         b.ended_at, case when b.ended_at is not null then 'ended in the old system' end, b.lead_id, b.client_id
    from pg_temp.bought b where b.why is null and b.is_package
  on conflict (organization_id, id) do update
    set product_id = excluded.product_id, class_count = greatest(t.class_count, excluded.class_count), ends_on = excluded.ends_on,
        cancelled_at = case when t.cancelled_by is not null or excluded.cancelled_at is not null then coalesce(t.cancelled_at, excluded.cancelled_at) end,
        cancel_reason = case when t.cancelled_by is not null or excluded.cancelled_at is not null then coalesce(t.cancel_reason, excluded.cancel_reason) end,
        customer_id = excluded.customer_id, client_id = excluded.client_id
    where (t.product_id, t.class_count, t.ends_on, t.customer_id, t.client_id) is distinct from
          (excluded.product_id, greatest(t.class_count, excluded.class_count), excluded.ends_on, excluded.customer_id, excluded.client_id)
       or (t.cancelled_at is null) is distinct from (excluded.cancelled_at is null) and t.cancelled_by is null;
end $$;

-- What the old application used or gave since is a row more; never below nothing.
create or replace function takeover.carry_left() returns void
language plpgsql as $$
begin
  insert into entitlement_ledger (organization_id, id, package_id, kind, amount)
  select b.organization_id, takeover.made_id('opening', b.organization_id, b.id || ' ' || l.openings), b.id, 'opening', greatest(b.remaining - l.opened, -l.remaining)
    from pg_temp.bought b
    cross join lateral (
      select count(*) filter (where e.kind = 'opening') as openings, coalesce(sum(e.amount) filter (where e.kind = 'opening'), 0)::int as opened,
             coalesce(sum(e.amount), 0)::int as remaining
        from entitlement_ledger e where e.organization_id = b.organization_id and e.package_id = b.id) l
   where b.why is null and b.is_package and greatest(b.remaining - l.opened, -l.remaining) <> 0;
end $$;

create or replace function takeover.carry_holds() returns void
language plpgsql as $$
begin
  insert into entitlement_holds (organization_id, id, membership_id, package_id, first_day, reason)
  select b.organization_id, takeover.made_id('hold', b.organization_id, b.id::text), case when not b.is_package then b.id end, case when b.is_package then b.id end,
         (b.over_at at time zone b.zone)::date, 'paused in the old system'
    from pg_temp.bought b where b.why is null and b.standing = 'paused'
  on conflict do nothing;
  delete from entitlement_holds h using pg_temp.bought b
   where h.organization_id = b.organization_id and h.id = takeover.made_id('hold', b.organization_id, b.id::text) and b.why is null
     and b.standing <> 'paused' and h.last_day is null;
end $$;

-- What is over by its last day needs no other end.
create or replace function takeover.is_cancelled(p_standing text, p_ends_on date, p_at timestamptz, p_zone text) returns boolean
language sql stable as $$
  select p_standing = 'cancelled' or p_standing = 'over' and coalesce(p_ends_on >= (p_at at time zone p_zone)::date, true)
$$;

-- What the old application deleted, or made nobody's, is over; its history stays.
create or replace function takeover.end_bought(p_ids uuid[]) returns void
language plpgsql as $$
begin
  update memberships t set cancelled_at = now(), cancel_reason = 'gone from the old system'
   where t.id = any(p_ids) and t.cancelled_at is null and not exists (select from pg_temp.bought b where b.id = t.id and b.why is null);
  update packages t set cancelled_at = now(), cancel_reason = 'gone from the old system'
   where t.id = any(p_ids) and t.cancelled_at is null and not exists (select from pg_temp.bought b where b.id = t.id and b.why is null);
end $$;

-- Who is there for the report.
create or replace function takeover.bought_counts() returns table (table_name text, kept bigint)
language sql stable as $$
  select b.table_name, count(*)
    from (select 'memberships' as table_name, m.id from takeover.memberships m union all select 'class_credits', c.id from takeover.class_credits c
           union all select 'customer_class_packages', p.id from takeover.customer_class_packages p) b
   where takeover.bought_id(b.table_name, b.id) in (select m.id from public.memberships m union all select p.id from public.packages p)
     and not exists (select from public.quarantine q where q.table_name = b.table_name and q.row_id = b.id::text)
   group by 1
$$;
