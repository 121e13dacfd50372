-- A person's account: what stands to their credit, what they owe, and their cards on file. Credit is derived from the
-- rows and stored nowhere; whoever writes, it is never less than nothing.
-- Staff write none of this themselves: collecting and giving back are definer functions that look at the token.

create type app.collected as (
  id uuid, method text, amount int, currency text, bookings int, taken_back boolean);

-- Minor units: what a desk of ours was paid for bookings that were cancelled in time, without what was paid with it and
-- what was given back. Money that another system took gives none.
create function app.account_credit(p_organization uuid, p_customer uuid, p_client uuid) returns int
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  return (
    select coalesce(sum(p.amount), 0)
      from public.bookings b
      join public.payments p on p.organization_id = b.organization_id and p.booking_id = b.id
     where b.organization_id = p_organization and (b.customer_id = p_customer or b.client_id = p_client)
       and b.booking_status = 'cancelled' and b.payment_status = 'paid' and p.taken_by is not null and p.refund_id is null
  ) - (
    select coalesce(sum(b.price), 0) from public.bookings b
     where b.organization_id = p_organization and (b.customer_id = p_customer or b.client_id = p_client)
       and b.paid_by = 'credit' and app.counts_as_used(b.booking_status) and b.payment_status <> 'void'
  ) - (
    select coalesce(sum(m.price), 0) from public.memberships m
     where m.organization_id = p_organization and (m.customer_id = p_customer or m.client_id = p_client)
       and m.paid_by = 'credit' and not m.refunded
  ) - (
    select coalesce(sum(k.price), 0) from public.packages k
     where k.organization_id = p_organization and (k.customer_id = p_customer or k.client_id = p_client)
       and k.paid_by = 'credit' and not k.refunded
  ) - (
    select coalesce(sum(r.amount), 0) from public.credit_refunds r
     where r.organization_id = p_organization and (r.customer_id = p_customer or r.client_id = p_client)
  );
end $$;

-- Whoever spends it, or takes away what it came from: one after the other, and never more than there is.
create function app.keep_credit() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  perform from public.leads l where l.organization_id = new.organization_id and l.id = new.customer_id for no key update;
  perform from public.clients c where c.organization_id = new.organization_id and c.id = new.client_id for no key update;
  if app.account_credit(new.organization_id, new.customer_id, new.client_id) < 0 then
    if tg_name = 'e_keep_credit_back' then
      perform app.refuse('credit_spent');
    end if;
    perform app.refuse('account_credit');
  end if;
  return null;
end $$;

create trigger e_keep_credit after insert on public.bookings
  for each row when (new.paid_by = 'credit') execute function app.keep_credit();
create trigger e_keep_credit_changed after update on public.bookings
  for each row when (
    new.paid_by = 'credit' and (new.booking_status, new.paid_by) is distinct from (old.booking_status, old.paid_by))
  execute function app.keep_credit();
create trigger e_keep_credit_back after update on public.bookings
  for each row when (
    old.booking_status = 'cancelled' and old.payment_status = 'paid'
    and (new.booking_status, new.payment_status) is distinct from (old.booking_status, old.payment_status))
  execute function app.keep_credit();
create trigger c_keep_credit after insert on public.memberships
  for each row when (new.paid_by = 'credit') execute function app.keep_credit();
create trigger c_keep_credit after insert on public.packages
  for each row when (new.paid_by = 'credit') execute function app.keep_credit();
create trigger a_keep_credit after insert on public.credit_refunds
  for each row execute function app.keep_credit();

-- What somebody owes, the oldest first.
create function app.owed(p_organization uuid, p_customer uuid, p_client uuid)
returns table (id uuid, starts_at timestamptz, program text, price int, currency text)
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  return query
    select b.id, s.starts_at, g.name, b.price, b.currency
      from public.bookings b
      join public.class_sessions s on s.organization_id = b.organization_id and s.id = b.class_session_id
      join public.programs g on g.organization_id = s.organization_id and g.id = s.program_id
     where b.organization_id = p_organization and (b.customer_id = p_customer or b.client_id = p_client)
       and b.payment_status = 'pending' and app.counts_as_used(b.booking_status) and b.price > 0
     order by b.recorded_at, b.id;
end $$;

create function app.collected_of(c public.collections) returns app.collected
language sql immutable set search_path = pg_catalog, pg_temp as $$
  select (c.id, c.method, c.amount, c.currency, c.bookings, c.taken_back_at is not null)::app.collected
$$;

-- A new collection of all that the person owes: the bookings are held first, so that what is cancelled meanwhile is not
-- paid for. Who is blocked may pay, too.
create function app.new_collection(
  p_organization uuid, p_id uuid, p_customer uuid, p_client uuid, p_method text) returns public.collections
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  v_bookings uuid[] := array(
    select b.id from public.bookings b
     where b.organization_id = p_organization and b.id in (select o.id from app.owed(p_organization, p_customer, p_client) o)
       and b.payment_status = 'pending' and app.counts_as_used(b.booking_status)
     order by b.id for no key update);
  c public.collections;
begin
  if p_method is null or p_method not in ('card', 'cash', 'credit') then
    perform app.refuse('collection_method');
  elsif cardinality(v_bookings) = 0 then
    perform app.refuse('collection_nothing');
  end if;
  insert into public.collections
    (organization_id, id, customer_id, client_id, method, amount, currency, bookings, taken_at, taken_by, desk_id)
  select p_organization, p_id, p_customer, p_client, p_method, sum(b.price), min(b.currency), count(*), clock_timestamp(),
         app.user_id(), app.desk_id()
    from public.bookings b where b.organization_id = p_organization and b.id = any(v_bookings)
  returning * into c;
  if p_method <> 'credit' then
    insert into public.payments
      (organization_id, customer_id, client_id, booking_id, method, amount, currency, desk_id, taken_by)
    select p_organization, p_customer, p_client, b.id, p_method, b.price, b.currency, c.desk_id, c.taken_by
      from public.bookings b where b.organization_id = p_organization and b.id = any(v_bookings) order by b.recorded_at, b.id;
  end if;
  update public.bookings b set payment_status = 'paid', paid_by = p_method, collection_id = p_id
   where b.organization_id = p_organization and b.id = any(v_bookings);
  return c;
end $$;

-- Collect all that somebody owes, or nothing; credit has to cover all of it. Asking again with the same id answers the
-- same, and takes nothing again.
create function app.collect(p_id uuid, p_kind text, p_person uuid, p_method text) returns setof app.collected
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_organization uuid := app.signed_in_organization_id();
  v_customer uuid := case when p_kind = 'lead' then p_person end;
  v_client uuid := case when p_kind = 'client' then p_person end;
  c public.collections;
begin
  if not app.may_write() then
    raise insufficient_privilege using message = 'may not collect here';
  end if;
  perform app.lock_buyer(v_customer, v_client);
  select x.* into c from public.collections x where x.organization_id = v_organization and x.id = p_id;
  if c.id is null then
    c := app.new_collection(v_organization, p_id, v_customer, v_client, p_method);
  end if;
  return next app.collected_of(c);
end $$;

-- Take a collection back: the money is reversed by the method it came, and what it paid is owed again. What was taken
-- back or cancelled by itself since is left as it is, unless its money is credit that was spent: then it is refused.
create function app.take_back_collection(p_id uuid) returns setof app.collected
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_organization uuid := app.signed_in_organization_id();
  v_bookings uuid[];
  c public.collections;
begin
  if not app.may_write() then
    raise insufficient_privilege using message = 'may not take back here';
  end if;
  select x.* into c from public.collections x where x.organization_id = v_organization and x.id = p_id;
  if c.id is null then
    return;
  end if;
  perform app.lock_buyer(c.customer_id, c.client_id);
  select x.* into c from public.collections x where x.organization_id = v_organization and x.id = p_id;
  if c.taken_back_at is null then
    perform app.check_undo(v_organization, c.taken_at, c.taken_by, c.desk_id);
    v_bookings := array(
      select b.id from public.bookings b
       where b.organization_id = v_organization and b.collection_id = p_id and b.payment_status = 'paid'
       order by b.id for no key update);
    perform app.reverse_payments(v_organization, v_bookings);
    update public.bookings b set payment_status = 'pending', paid_by = 'later', collection_id = null
     where b.organization_id = v_organization and b.id = any(v_bookings);
    update public.collections x set taken_back_at = clock_timestamp(), taken_back_by = app.user_id()
     where x.organization_id = v_organization and x.id = p_id returning x.* into c;
  end if;
  return next app.collected_of(c);
end $$;

-- Give credit back, as a manager and with a reason: by the methods by which it came, what came last first. What it became
-- is answered; asking again with the same id gives nothing more.
create function app.refund_credit(p_id uuid, p_kind text, p_person uuid, p_amount int, p_reason text)
returns table (method text, amount int, currency text)
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_organization uuid := app.signed_in_organization_id();
  v_customer uuid := case when p_kind = 'lead' then p_person end;
  v_client uuid := case when p_kind = 'client' then p_person end;
begin
  if not app.is_manager() then
    perform app.refuse('booking_override_rank');
  end if;
  perform app.lock_buyer(v_customer, v_client);
  if not exists (select from public.credit_refunds r where r.organization_id = v_organization and r.id = p_id) then
    if coalesce(p_amount, 0) <= 0 then
      perform app.refuse('refund_amount');
    elsif app.reason(p_reason) is null then
      perform app.refuse('refund_reason');
    end if;
    insert into public.credit_refunds
      (organization_id, id, customer_id, client_id, amount, currency, reason, made_at, made_by, desk_id)
    select o.id, p_id, v_customer, v_client, p_amount, o.currency, app.reason(p_reason), clock_timestamp(), app.user_id(), app.desk_id()
      from public.organizations o where o.id = v_organization;
    perform app.pay_out(v_organization, p_id, v_customer, v_client, p_amount);
  end if;
  return query
    select p.method, -sum(p.amount)::int, p.currency from public.payments p
     where p.organization_id = v_organization and p.refund_id = p_id group by p.method, p.currency order by p.method;
end $$;

-- The payments of a refund: of each cancelled booking's money as much as was not given back yet.
create function app.pay_out(p_organization uuid, p_refund uuid, p_customer uuid, p_client uuid, p_amount int) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  v_open int := p_amount;
  p record;
begin
  for p in
    select y.booking_id, y.method, y.currency, y.amount + (
             select coalesce(sum(g.amount), 0) from public.payments g
              where g.organization_id = y.organization_id and g.booking_id = y.booking_id and g.refund_id is not null) as open
      from public.bookings b
      join public.payments y on y.organization_id = b.organization_id and y.booking_id = b.id
     where b.organization_id = p_organization and (b.customer_id = p_customer or b.client_id = p_client)
       and b.booking_status = 'cancelled' and b.payment_status = 'paid' and y.taken_by is not null
       and app.is_open(y)
     order by y.taken_at desc, y.id
  loop
    exit when v_open = 0;
    continue when p.open <= 0;
    insert into public.payments
      (organization_id, customer_id, client_id, booking_id, refund_id, method, amount, currency, desk_id, taken_by)
    values (p_organization, p_customer, p_client, p.booking_id, p_refund, p.method, -least(v_open, p.open), p.currency,
            app.desk_id(), app.user_id());
    v_open := v_open - least(v_open, p.open);
  end loop;
end $$;

-- Who added a card and when is the database's to say; of one that is removed nothing changes.
create function app.card_rules() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  if app.is_keeper() then
    return new;
  end if;
  perform app.check_writer(new.organization_id);
  if tg_op = 'INSERT' then
    new.added_at := clock_timestamp();
    new.added_by := app.user_id();
  elsif old.removed_at is not null or new.removed_at is null then
    return old;
  else
    new.removed_at := clock_timestamp();
    new.removed_by := app.user_id();
  end if;
  return new;
end $$;

create trigger a_card_rules before insert or update on public.cards_on_file
  for each row execute function app.card_rules();

-- The cards of a person, the latest first.
create function app.cards_of(p_kind text, p_person uuid) returns table (id uuid, brand text, last_four text, added_at timestamptz)
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  return query
    select c.id, c.brand, c.last_four, c.added_at from public.cards_on_file c
     where c.organization_id = app.signed_in_organization_id() and c.removed_at is null
       and case p_kind when 'lead' then c.customer_id else c.client_id end = p_person
     order by c.added_at desc, c.id;
end $$;

-- Asking again with the same id adds nothing more.
create function app.add_card(p_id uuid, p_kind text, p_person uuid, p_brand text, p_last_four text) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  v_organization uuid := app.signed_in_organization_id();
begin
  if not exists (select from public.cards_on_file c where c.organization_id = v_organization and c.id = p_id) then
    insert into public.cards_on_file (organization_id, id, customer_id, client_id, brand, last_four)
    values (v_organization, p_id, case when p_kind = 'lead' then p_person end, case when p_kind = 'client' then p_person end,
            p_brand, p_last_four);
  end if;
end $$;

create function app.remove_card(p_id uuid) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  v_organization uuid := app.signed_in_organization_id();
begin
  update public.cards_on_file c set removed_at = clock_timestamp() where c.organization_id = v_organization and c.id = p_id;
  if not found then
    raise no_data_found;
  end if;
end $$;
