-- The till: a desk's drawer from its float to its count, the day by method and desk, and handing over.

create type app.drawer_line as (
  id uuid, desk_id uuid, desk text, currency text, opened_at timestamptz, opened_by text, float_amount int, takings int,
  refunds int, paid_in int, paid_out int, expected int, counted_at timestamptz, counted_by text, counted int, note text);

-- `by` is who took it, `name` whose payment it is, `about` what for: a program, an offer, or the reason.
create type app.drawer_move as (
  drawer_id uuid, moved_at timestamptz, by text, kind text, name text, about text, starts_at timestamptz, amount int);

-- The name of somebody who works, or worked, in the caller's organization.
create function app.colleague(p_user uuid) returns text
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_name text;
begin
  select u.name into v_name from public.user_organizations uo join public.users u on u.id = uo.user_id
   where uo.organization_id = app.organization_id() and uo.user_id = p_user;
  return v_name;
end $$;

create function app.drawer_state(p_drawer public.drawers) returns app.drawer_line
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  v app.drawer_line;
begin
  select p_drawer.id, p_drawer.desk_id, k.name, p_drawer.currency, p_drawer.opened_at, app.colleague(p_drawer.opened_by),
         p_drawer.float_amount, c.takings, c.refunds, m.paid_in, m.paid_out,
         coalesce(p_drawer.expected_amount, p_drawer.float_amount + c.takings + c.refunds + m.paid_in + m.paid_out),
         p_drawer.counted_at, app.colleague(p_drawer.counted_by), p_drawer.counted_amount, coalesce(p_drawer.note, '')
    into v
    from (select coalesce(sum(p.amount) filter (where p.amount > 0), 0) as takings,
                 coalesce(sum(p.amount) filter (where p.amount < 0), 0) as refunds
            from public.payments p
           where p.organization_id = p_drawer.organization_id and p.drawer_id = p_drawer.id) c
   cross join (select coalesce(sum(m.amount) filter (where m.amount > 0), 0) as paid_in,
                      coalesce(sum(m.amount) filter (where m.amount < 0), 0) as paid_out
                 from public.drawer_movements m
                where m.organization_id = p_drawer.organization_id and m.drawer_id = p_drawer.id) m
    join public.desks k on k.organization_id = p_drawer.organization_id and k.id = p_drawer.desk_id;
  return v;
end $$;

-- The drawer that is open at this desk; NULL where none is.
create function app.own_drawer() returns public.drawers
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  v_drawer public.drawers;
begin
  select d.* into v_drawer from public.drawers d
   where d.organization_id = app.signed_in_organization_id() and d.desk_id = app.desk_id() and d.counted_at is null;
  return v_drawer;
end $$;

create function app.drawer_now() returns setof app.drawer_line
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  v_drawer public.drawers := app.own_drawer();
begin
  if v_drawer.id is not null then
    return next app.drawer_state(v_drawer);
  end if;
end $$;

-- What went into a drawer and out of it after its float, the latest first: of a payment whose it is and what for, of the
-- rest the reason.
create function app.drawer_moves(p_drawer uuid) returns setof app.drawer_move
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  v_organization uuid := app.signed_in_organization_id();
begin
  return query
    select p_drawer, x.moved_at, app.colleague(x.moved_by), x.kind, x.name, x.about, x.starts_at, x.amount
      from (
        select p.taken_at as moved_at, p.taken_by as moved_by,
               case when p.refund_id is not null then 'credit' when p.booking_id is not null then 'booking' else 'sale' end as kind,
               coalesce(c.name, l.name) as name, coalesce(g.name, mp.name, pp.name, '') as about, s.starts_at, p.amount, p.id
          from public.payments p
          left join public.clients c on c.organization_id = p.organization_id and c.id = p.client_id
          left join public.leads l on l.organization_id = p.organization_id and l.id = p.customer_id
          left join public.bookings b on b.organization_id = p.organization_id and b.id = p.booking_id
          left join public.class_sessions s on s.organization_id = b.organization_id and s.id = b.class_session_id
          left join public.programs g on g.organization_id = s.organization_id and g.id = s.program_id
          left join public.memberships m on m.organization_id = p.organization_id and m.id = p.membership_id
          left join public.membership_plans mp on mp.organization_id = m.organization_id and mp.id = m.plan_id
          left join public.packages k on k.organization_id = p.organization_id and k.id = p.package_id
          left join public.package_products pp on pp.organization_id = k.organization_id and pp.id = k.product_id
         where p.organization_id = v_organization and p.drawer_id = p_drawer
        union all
        select m.made_at, m.made_by, 'paid', '', m.reason, null, m.amount, m.id
          from public.drawer_movements m
         where m.organization_id = v_organization and m.drawer_id = p_drawer) x
     order by x.moved_at desc, x.id;
end $$;

-- The id is the desk's: asked again with it, nothing is opened, paid or counted twice.
create function app.open_drawer(p_id uuid, p_float int) returns setof app.drawer_line
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  v_organization uuid := app.signed_in_organization_id();
  v_drawer public.drawers;
begin
  perform app.check_writer(v_organization);
  if not exists (select from public.drawers d where d.organization_id = v_organization and d.id = p_id) then
    insert into public.drawers (organization_id, id, float_amount) values (v_organization, p_id, p_float);
  end if;
  select d.* into v_drawer from public.drawers d where d.organization_id = v_organization and d.id = p_id;
  return next app.drawer_state(v_drawer);
end $$;

-- More than nothing is paid in, less is paid out.
create function app.move_cash(p_id uuid, p_amount int, p_reason text) returns setof app.drawer_line
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  v_organization uuid := app.signed_in_organization_id();
  v_drawer public.drawers := app.own_drawer();
begin
  perform app.check_writer(v_organization);
  if not exists (select from public.drawer_movements m where m.organization_id = v_organization and m.id = p_id) then
    if v_drawer.id is null then
      perform app.refuse('drawer_none_open');
    end if;
    insert into public.drawer_movements (organization_id, id, drawer_id, amount, reason)
    values (v_organization, p_id, v_drawer.id, p_amount, p_reason);
  end if;
  return query select * from app.drawer_now();
end $$;

-- Whether the drawer was counted, and to just these pieces.
create function app.counted_so(p_organization uuid, p_drawer uuid, p_pieces jsonb) returns boolean
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  return exists (select from public.drawers d
                  where d.organization_id = p_organization and d.id = p_drawer and d.counted_at is not null)
     and not exists (
       select from (select c.denomination, c.pieces from public.drawer_counts c
                     where c.organization_id = p_organization and c.drawer_id = p_drawer and c.pieces > 0) c
         full join (select e.key::int as denomination, e.value::int as pieces from jsonb_each_text(p_pieces) e
                     where e.value::int > 0) p using (denomination)
        where c.pieces is distinct from p.pieces);
end $$;

-- The pieces by their worth in minor units, such as {"2000": 3, "50": 10}. The drawer is locked first: of two who count
-- it at once, the second finds it counted.
create function app.count_drawer(p_drawer uuid, p_pieces jsonb, p_note text default null) returns setof app.drawer_line
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  v_organization uuid := app.signed_in_organization_id();
  v_drawer public.drawers;
begin
  perform app.check_writer(v_organization);
  perform from public.drawers d where d.organization_id = v_organization and d.id = p_drawer for no key update;
  if not found then
    raise no_data_found;
  elsif not app.counted_so(v_organization, p_drawer, p_pieces) then
    update public.drawer_counts c set pieces = 0
     where c.organization_id = v_organization and c.drawer_id = p_drawer and not p_pieces ? c.denomination::text;
    insert into public.drawer_counts (organization_id, drawer_id, denomination, pieces)
    select v_organization, p_drawer, e.key::int, e.value::int from jsonb_each_text(p_pieces) e order by e.key::int
    on conflict (organization_id, drawer_id, denomination) do update set pieces = excluded.pieces;
    update public.drawers d set counted_at = clock_timestamp(), note = p_note
     where d.organization_id = v_organization and d.id = p_drawer;
  end if;
  select d.* into v_drawer from public.drawers d where d.organization_id = v_organization and d.id = p_drawer;
  return next app.drawer_state(v_drawer);
end $$;

-- The day and its bounds in the organization's zone; its today without a day.
create function app.till_day(p_day date) returns table (day date, begins_at timestamptz, ends_at timestamptz)
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  return query
    select d.day, d.day::timestamp at time zone o.timezone, (d.day + 1)::timestamp at time zone o.timezone
      from public.organizations o
     cross join lateral (select coalesce(p_day, (now() at time zone o.timezone)::date) as day) d
     where o.id = app.signed_in_organization_id();
end $$;

-- What was taken and given back on a day, by desk and method. Of the cash `outside` went into no drawer.
create function app.till(p_day date)
returns table (
  desk_id uuid, desk text, method text, currency text, payments int, takings int, refunds int, total int, outside int)
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  v_organization uuid := app.signed_in_organization_id();
  v_from timestamptz;
  v_until timestamptz;
begin
  select t.begins_at, t.ends_at into v_from, v_until from app.till_day(p_day) t;
  return query
    select s.desk_id, coalesce(k.name, ''), s.method, s.currency, s.payments, s.takings, s.refunds, s.takings + s.refunds, s.outside
      from (select p.desk_id, p.method, p.currency, count(*)::int as payments,
                   coalesce(sum(p.amount) filter (where p.amount > 0), 0)::int as takings,
                   coalesce(sum(p.amount) filter (where p.amount < 0), 0)::int as refunds,
                   coalesce(sum(p.amount) filter (where p.method = 'cash' and p.drawer_id is null), 0)::int as outside
              from public.payments p
             where p.organization_id = v_organization and p.taken_at >= v_from and p.taken_at < v_until
             group by p.desk_id, p.method, p.currency) s
      left join public.desks k on k.organization_id = v_organization and k.id = s.desk_id
     order by k.name nulls last, s.desk_id, s.currency, s.method;
end $$;

-- The drawers that were open at any time of the day.
create function app.till_drawers(p_day date) returns setof app.drawer_line
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  v_organization uuid := app.signed_in_organization_id();
  v_from timestamptz;
  v_until timestamptz;
begin
  select t.begins_at, t.ends_at into v_from, v_until from app.till_day(p_day) t;
  return query
    select s.* from public.drawers d cross join lateral app.drawer_state(d) s
     where d.organization_id = v_organization and d.opened_at < v_until and coalesce(d.counted_at, 'infinity') >= v_from
     order by s.desk, s.desk_id, s.opened_at, s.id;
end $$;

-- What went into these drawers and out of them.
create function app.till_moves(p_day date) returns setof app.drawer_move
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  return query select m.* from app.till_drawers(p_day) d cross join lateral app.drawer_moves(d.id) m;
end $$;

-- The last handover at this desk that nobody has accepted; whoever made it is not who comes next.
create function app.handover()
returns table (id uuid, made_at timestamptz, made_by text, drawer_id uuid, currency text, expected int, counted int, note text)
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  return query
    select h.id, h.made_at, app.colleague(h.made_by), d.id, d.currency, d.expected_amount, d.counted_amount, coalesce(d.note, '')
      from public.handovers h
      join public.drawers d on d.organization_id = h.organization_id and d.id = h.drawer_id
     where h.organization_id = app.signed_in_organization_id() and h.desk_id = app.desk_id() and h.accepted_at is null
       and h.made_by is distinct from app.user_id()
     order by h.made_at desc, h.id limit 1;
end $$;

-- What waited for somebody then, in the order of app.needs_you.
create function app.handover_lines()
returns table (
  need text, kind text, person_id uuid, name text, phone text, session_id uuid, starts_at timestamptz, program text, seats int,
  owes int)
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  return query
    select n.need, case when n.client_id is null then 'lead' else 'client' end, coalesce(n.client_id, n.customer_id),
           coalesce(c.name, l.name), coalesce(c.phone, l.phone, ''), s.id, s.starts_at, g.name, n.seats, n.owes
      from app.handover() h
      join public.handover_needs n on n.organization_id = app.organization_id() and n.handover_id = h.id
      join public.class_sessions s on s.organization_id = n.organization_id and s.id = n.class_session_id
      join public.programs g on g.organization_id = s.organization_id and g.id = s.program_id
      left join public.clients c on c.organization_id = n.organization_id and c.id = n.client_id
      left join public.leads l on l.organization_id = n.organization_id and l.id = n.customer_id
     order by n.place;
end $$;

-- With a handover those before it at the desk are accepted too; doing so twice changes nothing.
create function app.accept_handover(p_handover uuid) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  v_organization uuid := app.signed_in_organization_id();
  v_handover public.handovers;
begin
  perform app.check_writer(v_organization);
  select h.* into v_handover from public.handovers h where h.organization_id = v_organization and h.id = p_handover;
  if not found then
    raise no_data_found;
  end if;
  update public.handovers h set accepted_at = clock_timestamp()
   where h.organization_id = v_organization and h.desk_id = v_handover.desk_id and h.made_at <= v_handover.made_at
     and h.accepted_at is null;
end $$;
