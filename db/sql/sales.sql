-- Selling memberships and packages, holding them, and cancelling them. The terms are the offer's at the moment of the
-- sale, whoever writes the row; staff sell what managers offer, and managers give away and cancel, with a reason.

create function app.buyer(p_organization uuid, p_customer uuid, p_client uuid) returns public.bookings
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
declare
  b public.bookings;
begin
  b.organization_id := p_organization;
  b.customer_id := p_customer;
  b.client_id := p_client;
  return b;
end $$;

-- Whether the person had an offer for newcomers already; what was given back does not count.
create function app.had_intro(p_organization uuid, p_customer uuid, p_client uuid) returns boolean
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  return exists (
    select from public.memberships m
      join public.membership_plans p on p.organization_id = m.organization_id and p.id = m.plan_id and p.is_intro
     where m.organization_id = p_organization and (m.customer_id = p_customer or m.client_id = p_client) and m.cancelled_at is null)
  or exists (
    select from public.packages k
      join public.package_products p on p.organization_id = k.organization_id and p.id = k.product_id and p.is_intro
     where k.organization_id = p_organization and (k.customer_id = p_customer or k.client_id = p_client) and k.cancelled_at is null);
end $$;

-- Who may buy, when it may begin, and how it may be paid; the same for both kinds.
create function app.check_sale(
  p_organization uuid, p_customer uuid, p_client uuid, p_offered boolean, p_intro boolean, p_starts_on date, p_today date,
  p_paid_by text, p_comp_reason text) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  perform app.check_writer(p_organization);
  -- Two desks that sell one person the same offer for newcomers come one after the other.
  perform app.lock_buyer(p_customer, p_client);
  perform app.check_person(app.buyer(p_organization, p_customer, p_client));
  if not coalesce(p_offered, false) then
    perform app.refuse('sale_not_offered');
  elsif p_intro and app.had_intro(p_organization, p_customer, p_client) then
    perform app.refuse('sale_intro_once');
  elsif p_starts_on not between p_today - 31 and p_today + 366 then
    perform app.refuse('sale_start');
  elsif p_paid_by not in ('card', 'cash', 'comp', 'credit') then
    perform app.refuse('sale_paid_by');
  elsif p_paid_by = 'comp' and not app.is_manager() then
    perform app.refuse('booking_override_rank');
  elsif p_paid_by = 'comp' and p_comp_reason is null then
    perform app.refuse('booking_comp_reason');
  end if;
end $$;

create function app.lock_buyer(p_customer uuid, p_client uuid) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_organization uuid := app.writing_organization_id();
begin
  perform from public.leads l where l.organization_id = v_organization and l.id = p_customer for no key update;
  perform from public.clients c where c.organization_id = v_organization and c.id = p_client for no key update;
end $$;

-- Stamp who sold it, where, when, in which currency and from when on, and check that it may be sold; the terms of the
-- offer are the next trigger's.
create function app.sale_rules() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  v_offer uuid := coalesce(to_jsonb(new) ->> 'plan_id', to_jsonb(new) ->> 'product_id')::uuid;
  v_offered boolean;
  v_intro boolean;
  v_today date;
begin
  if app.is_keeper() then
    return new;
  end if;
  select o.is_active, o.is_intro, o.price, o.is_shared into v_offered, v_intro, new.price, new.is_shared from (
    select p.id, p.is_active, p.is_intro, p.price, p.is_shared from public.membership_plans p where p.organization_id = new.organization_id
     union all
    select p.id, p.is_active, p.is_intro, p.price, p.is_shared from public.package_products p where p.organization_id = new.organization_id) o
   where o.id = v_offer;
  select o.currency, (clock_timestamp() at time zone o.timezone)::date into new.currency, v_today
    from public.organizations o where o.id = new.organization_id;
  new.starts_on := coalesce(new.starts_on, v_today);
  new.comp_reason := case when new.paid_by = 'comp' then app.reason(new.comp_reason) end;
  perform app.check_sale(new.organization_id, new.customer_id, new.client_id, v_offered, v_intro, new.starts_on, v_today,
                         new.paid_by, new.comp_reason);
  new.sold_at := clock_timestamp();
  new.sold_by := app.user_id();
  new.desk_id := app.desk_id();
  return new;
end $$;

create trigger a_sale_rules before insert on public.memberships for each row execute function app.sale_rules();
create trigger a_sale_rules before insert on public.packages for each row execute function app.sale_rules();

create function app.membership_terms() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  if not app.is_keeper() then
    select p.period_limit, p.period, p.anchored, (new.starts_on + make_interval(months => p.term_months))::date - 1
      into new.period_limit, new.period, new.anchored, new.ends_on
      from public.membership_plans p where p.organization_id = new.organization_id and p.id = new.plan_id;
  end if;
  return new;
end $$;

create trigger b_terms before insert on public.memberships for each row execute function app.membership_terms();

create function app.package_terms() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  if not app.is_keeper() then
    select p.class_count, case when p.valid_from = 'first_class' then p.valid_days end,
           case when p.valid_from = 'purchase' then new.starts_on + p.valid_days - 1 end
      into new.class_count, new.valid_days, new.ends_on
      from public.package_products p where p.organization_id = new.organization_id and p.id = new.product_id;
  end if;
  return new;
end $$;

create trigger b_terms before insert on public.packages for each row execute function app.package_terms();

-- What a sale brings along: the classes of a package, and the money.
create function app.keep_sale() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_row jsonb := to_jsonb(new);
  v_package boolean := tg_table_name = 'packages';
begin
  if session_user <> 'frontdesk_app' then
    return null;
  end if;
  if v_package then
    insert into public.entitlement_ledger (organization_id, package_id, kind, amount, made_by, desk_id)
    values (new.organization_id, new.id, 'grant', (v_row ->> 'class_count')::int, new.sold_by, new.desk_id);
  end if;
  if new.paid_by in ('card', 'cash') and new.price > 0 then
    insert into public.payments
      (organization_id, customer_id, client_id, membership_id, package_id, method, amount, currency, desk_id, taken_by)
    values (new.organization_id, new.customer_id, new.client_id, case when not v_package then new.id end,
            case when v_package then new.id end, new.paid_by, new.price, new.currency, new.desk_id, new.sold_by);
  end if;
  return null;
end $$;

create trigger b_keep_sale after insert on public.memberships for each row execute function app.keep_sale();
create trigger b_keep_sale after insert on public.packages for each row execute function app.keep_sale();

-- A sale is taken back as a booking is, by whoever may, while nothing that counts is booked with it. Its row is held, so
-- nobody books with it meanwhile.
create function app.check_sale_undo(p_sale jsonb) returns void
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  v_organization uuid := p_sale ->> 'organization_id';
  v_id uuid := p_sale ->> 'id';
begin
  perform app.check_undo(v_organization, (p_sale ->> 'sold_at')::timestamptz, (p_sale ->> 'sold_by')::uuid, (p_sale ->> 'desk_id')::uuid);
  if exists (select from public.bookings b
              where b.organization_id = v_organization and (b.membership_id = v_id or b.package_id = v_id)
                and app.counts_as_used(b.booking_status)) then
    perform app.refuse('sale_used');
  end if;
end $$;

-- Nothing of a sale changes but its end, once: taken back, or cancelled by a manager and with a reason.
create function app.sale_change_rules() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  if app.is_keeper() then
    return new;
  end if;
  perform app.check_writer(old.organization_id);
  if not app.is_manager() and not new.taken_back then
    perform app.refuse('booking_override_rank');
  elsif old.cancelled_at is not null then
    perform app.refuse('sale_cancelled_already');
  end if;
  if new.taken_back then
    perform app.check_sale_undo(to_jsonb(old));
    new.cancel_reason := 'taken back';
    new.refunded := true;
  else
    new.cancel_reason := app.reason(new.cancel_reason);
    if new.cancelled_at is null or new.cancel_reason is null then
      perform app.refuse('sale_cancel_reason');
    end if;
  end if;
  new.cancelled_at := clock_timestamp();
  new.cancelled_by := app.user_id();
  return new;
end $$;

create trigger a_sale_change_rules before update on public.memberships
  for each row execute function app.sale_change_rules();
create trigger a_sale_change_rules before update on public.packages
  for each row execute function app.sale_change_rules();

-- What is left of a package that is cancelled is written off in the same transaction; money that goes back is a row
-- more, by the method it came.
create function app.keep_sale_cancelled() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  if tg_table_name = 'packages' then
    insert into public.entitlement_ledger (organization_id, package_id, kind, amount, made_by, desk_id)
    select new.organization_id, new.id, 'write_off', -sum(l.amount), app.user_id(), app.desk_id()
      from public.entitlement_ledger l where l.organization_id = new.organization_id and l.package_id = new.id
    having sum(l.amount) > 0;
  end if;
  if new.refunded then
    insert into public.payments
      (organization_id, customer_id, client_id, membership_id, package_id, reverses_id, method, amount, currency, desk_id, taken_by)
    select p.organization_id, p.customer_id, p.client_id, p.membership_id, p.package_id, p.id, p.method, -p.amount, p.currency,
           app.desk_id(), app.user_id()
      from public.payments p
     where p.organization_id = new.organization_id and (p.membership_id = new.id or p.package_id = new.id) and app.is_open(p);
  end if;
  return null;
end $$;

create trigger b_keep_sale_cancelled after update on public.memberships
  for each row when (old.cancelled_at is null and new.cancelled_at is not null) execute function app.keep_sale_cancelled();
create trigger b_keep_sale_cancelled after update on public.packages
  for each row when (old.cancelled_at is null and new.cancelled_at is not null) execute function app.keep_sale_cancelled();

-- A hold begins today at the earliest and ends on its last day or when it is resumed; two never overlap.
create function app.hold_rules() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  v_today date := (select (clock_timestamp() at time zone o.timezone)::date from public.organizations o where o.id = new.organization_id);
begin
  if app.is_keeper() then
    return new;
  end if;
  perform app.check_writer(new.organization_id);
  perform app.lock_sale(new.membership_id, new.package_id);
  if tg_op = 'UPDATE' and (old.last_day < v_today or new.last_day is null or new.last_day < v_today - 1) then
    perform app.refuse('hold_over');
  elsif tg_op = 'INSERT' and new.first_day < v_today then
    perform app.refuse('hold_first_day');
  end if;
  if exists (select from public.entitlement_holds h
              where h.organization_id = new.organization_id and h.id <> new.id
                and (h.membership_id = new.membership_id or h.package_id = new.package_id)
                and daterange(h.first_day, h.last_day, '[]') && daterange(new.first_day, new.last_day, '[]')) then
    perform app.refuse('hold_overlaps');
  end if;
  new.reason := app.reason(new.reason);
  new.held_at := case when tg_op = 'INSERT' then clock_timestamp() else old.held_at end;
  new.held_by := case when tg_op = 'INSERT' then app.user_id() else old.held_by end;
  return new;
end $$;

create trigger a_hold_rules before insert or update on public.entitlement_holds
  for each row execute function app.hold_rules();

create function app.lock_sale(p_membership uuid, p_package uuid) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_organization uuid := app.writing_organization_id();
begin
  perform from public.memberships m where m.organization_id = v_organization and m.id = p_membership for no key update;
  perform from public.packages k where k.organization_id = v_organization and k.id = p_package for no key update;
end $$;

-- What is for sale, the cheapest first; of a session's program, only what covers it. The days are those of a package
-- whose end is only known with its first class.
create function app.offers(p_session uuid default null)
returns table (kind text, id uuid, name text, price int, currency text, class_count int, period_limit int, period text,
  is_intro boolean, is_shared boolean, days_from_first_class int)
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  v_organization uuid := app.signed_in_organization_id();
  v_currency text := (select o.currency from public.organizations o where o.id = v_organization);
  v_program uuid := (select s.program_id from public.class_sessions s where s.organization_id = v_organization and s.id = p_session);
begin
  return query
    select * from (
      select 'package', k.id, k.name, k.price, v_currency, k.class_count, null::int, null::text, k.is_intro, k.is_shared,
             case when k.valid_from = 'first_class' then k.valid_days end
        from public.package_products k
       where k.organization_id = v_organization and k.is_active
         and (v_program is null or (app.coverage(v_organization, null, k.id, k.every_program, v_program)).covers)
      union all
      select 'membership', p.id, p.name, p.price, v_currency, null, p.period_limit, p.period, p.is_intro, p.is_shared, null
        from public.membership_plans p
       where p.organization_id = v_organization and p.is_active
         and (v_program is null or (app.coverage(v_organization, p.id, null, p.every_program, v_program)).covers)
    ) o (kind, id, name, price, currency, class_count, period_limit, period, is_intro, is_shared, days_from_first_class)
    order by o.kind desc, o.price, o.name, o.id;
end $$;

-- Sell; asking again with the same id sells nothing more.
create function app.sell(
  p_id uuid, p_offer text, p_offer_id uuid, p_kind text, p_person uuid, p_pay text, p_comp_reason text default null,
  p_starts_on date default null)
returns table (id uuid, name text, price int, currency text, starts_on date, ends_on date)
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  v_organization uuid := app.signed_in_organization_id();
  v_customer uuid := case when p_kind = 'lead' then p_person end;
  v_client uuid := case when p_kind = 'client' then p_person end;
begin
  if not app.may_write() then
    raise insufficient_privilege using message = 'may not sell here';
  end if;
  if p_offer = 'package' then
    if not exists (select from public.packages k where k.organization_id = v_organization and k.id = p_id) then
      insert into public.packages (organization_id, id, product_id, customer_id, client_id, starts_on, paid_by, comp_reason)
      values (v_organization, p_id, p_offer_id, v_customer, v_client, p_starts_on, p_pay, p_comp_reason);
    end if;
    return query
      select k.id, p.name, k.price, k.currency, k.starts_on, k.ends_on
        from public.packages k join public.package_products p on p.organization_id = k.organization_id and p.id = k.product_id
       where k.organization_id = v_organization and k.id = p_id;
  else
    if not exists (select from public.memberships m where m.organization_id = v_organization and m.id = p_id) then
      insert into public.memberships (organization_id, id, plan_id, customer_id, client_id, starts_on, paid_by, comp_reason)
      values (v_organization, p_id, p_offer_id, v_customer, v_client, p_starts_on, p_pay, p_comp_reason);
    end if;
    return query
      select m.id, p.name, m.price, m.currency, m.starts_on, m.ends_on
        from public.memberships m join public.membership_plans p on p.organization_id = m.organization_id and p.id = m.plan_id
       where m.organization_id = v_organization and m.id = p_id;
  end if;
end $$;

-- Sell a package and book with it: both or neither.
create function app.sell_and_book(
  p_sale uuid, p_product uuid, p_pay text, p_id uuid, p_session uuid, p_kind text, p_person uuid, p_override_reason text,
  p_arrive boolean) returns setof app.answer
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  a app.answer;
  v_rule text;
begin
  perform app.lock_for_booking(p_session, case when p_kind = 'lead' then p_person end, case when p_kind = 'client' then p_person end);
  begin
    perform from app.sell(p_sale, 'package', p_product, p_kind, p_person, p_pay);
    select x.* into a from app.book(p_id, p_session, p_kind, p_person, null, null, p_override_reason, false, p_arrive, p_sale) x;
    if a.outcome not in ('booked', 'checked_in', 'confirmed', 'exists') then
      perform app.refuse('together');
    end if;
  exception
    when check_violation then
      get stacked diagnostics v_rule = constraint_name;
      if v_rule <> 'together' then
        a := app.answer_about('refused', v_rule, p_id, p_session, case when p_kind = 'lead' then p_person end, case when p_kind = 'client' then p_person end);
      end if;
  end;
  return next a;
end $$;

-- Somebody new: added, booked, and sold a package that is used at once where one is named; all of it or nothing.
create function app.book_new(p_lead jsonb, p_request jsonb, p_sale jsonb default null) returns setof app.answer
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  v_lead uuid := p_lead ->> 'id';
  a app.answer;
  v_rule text;
begin
  begin
    perform from app.add_lead(v_lead, p_lead ->> 'name', p_lead ->> 'phone', p_lead ->> 'email', (p_lead ->> 'birth_date')::date);
    if p_sale is null then
      select x.* into a from app.book(
        (p_request ->> 'id')::uuid, (p_request ->> 'session_id')::uuid, 'lead', v_lead, p_request ->> 'pay', p_request ->> 'comp_reason',
        p_request ->> 'override_reason', (p_request ->> 'waitlist')::boolean, (p_request ->> 'arrive')::boolean, null,
        (p_request ->> 'drop_in')::boolean) x;
    else
      select x.* into a from app.sell_and_book(
        (p_sale ->> 'id')::uuid, (p_sale ->> 'offer_id')::uuid, p_sale ->> 'pay', (p_request ->> 'id')::uuid,
        (p_request ->> 'session_id')::uuid, 'lead', v_lead, p_request ->> 'override_reason', (p_request ->> 'arrive')::boolean) x;
    end if;
    if a.outcome not in ('booked', 'checked_in', 'confirmed', 'exists', 'waitlisted') then
      perform app.refuse('together');
    end if;
  exception
    when check_violation then
      get stacked diagnostics v_rule = constraint_name;
      if v_rule <> 'together' then
        raise;
      end if;
  end;
  return next a;
end $$;

-- Whether one's self has cancelled it just so: who asks again has lost the answer.
create function app.is_cancelled_so(p_sale uuid, p_reason text, p_refund boolean) returns boolean
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  v_organization uuid := app.signed_in_organization_id();
begin
  return exists (
    select from (
      select k.organization_id, k.id, k.cancelled_by, k.cancel_reason, k.refunded, k.taken_back from public.packages k
      union all
      select m.organization_id, m.id, m.cancelled_by, m.cancel_reason, m.refunded, m.taken_back from public.memberships m) s
     where s.organization_id = v_organization and s.id = p_sale and s.cancelled_by = app.user_id()
       and s.cancel_reason = app.reason(p_reason) and s.refunded = p_refund and not s.taken_back);
end $$;

-- Cancel what was sold; what is left of a package is written off, and with p_refund the money goes back. Asking again
-- changes nothing.
create function app.cancel_sale(p_offer text, p_id uuid, p_reason text, p_refund boolean) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  v_organization uuid := app.signed_in_organization_id();
begin
  if app.is_cancelled_so(p_id, p_reason, p_refund) then
    return;
  elsif p_offer = 'package' then
    update public.packages k set cancelled_at = now(), cancel_reason = p_reason, refunded = p_refund
     where k.organization_id = v_organization and k.id = p_id;
  else
    update public.memberships m set cancelled_at = now(), cancel_reason = p_reason, refunded = p_refund
     where m.organization_id = v_organization and m.id = p_id;
  end if;
  if not found then
    raise no_data_found;
  end if;
end $$;

-- Take back what was just sold; asking twice answers the same.
create function app.take_back_sale(p_offer text, p_id uuid) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  v_organization uuid := app.signed_in_organization_id();
begin
  if p_offer = 'package' then
    update public.packages k set taken_back = true
     where k.organization_id = v_organization and k.id = p_id and not k.taken_back;
  else
    update public.memberships m set taken_back = true
     where m.organization_id = v_organization and m.id = p_id and not m.taken_back;
  end if;
  if not found and not app.is_taken_back(p_id) then
    raise no_data_found;
  end if;
end $$;

create function app.is_taken_back(p_sale uuid) returns boolean
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  v_organization uuid := app.signed_in_organization_id();
begin
  return exists (select from public.packages k where k.organization_id = v_organization and k.id = p_sale and k.taken_back)
      or exists (select from public.memberships m where m.organization_id = v_organization and m.id = p_sale and m.taken_back);
end $$;

-- Hold from a day on, until another or until it is resumed; asking again for the same days holds nothing more.
create function app.hold(p_offer text, p_id uuid, p_first_day date, p_last_day date, p_reason text) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  v_organization uuid := app.signed_in_organization_id();
begin
  if exists (select from public.entitlement_holds h
              where h.organization_id = v_organization and case p_offer when 'package' then h.package_id else h.membership_id end = p_id
                and h.first_day = p_first_day and h.last_day is not distinct from p_last_day and h.held_by = app.user_id()) then
    return;
  end if;
  insert into public.entitlement_holds (organization_id, membership_id, package_id, first_day, last_day, reason)
  values (v_organization, case when p_offer = 'membership' then p_id end, case when p_offer = 'package' then p_id end,
          p_first_day, p_last_day, p_reason);
end $$;

-- Resume: yesterday was the last day of the hold, or its first where it began today. Asking again changes nothing.
create function app.resume(p_offer text, p_id uuid) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  v_organization uuid := app.signed_in_organization_id();
  v_today date := (select (clock_timestamp() at time zone o.timezone)::date from public.organizations o where o.id = v_organization);
begin
  update public.entitlement_holds h set last_day = greatest(h.first_day, v_today - 1)
   where h.organization_id = v_organization and case p_offer when 'package' then h.package_id else h.membership_id end = p_id
     and h.first_day <= v_today and coalesce(h.last_day >= v_today, true);
  if not found and not exists (
    select from public.entitlement_holds h
     where h.organization_id = v_organization and case p_offer when 'package' then h.package_id else h.membership_id end = p_id
       and h.last_day = v_today - 1) then
    raise no_data_found;
  end if;
end $$;

-- The bookings to come that it pays for and that lie in these days, or from the first day on without a last one: staff
-- look at them before they hold it, and nothing of them is changed by a hold.
create function app.bookings_in_hold(p_offer text, p_id uuid, p_first_day date, p_last_day date)
returns table (booking_id uuid, name text, starts_at timestamptz, program text)
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  v_organization uuid := app.signed_in_organization_id();
  v_zone text := (select o.timezone from public.organizations o where o.id = v_organization);
begin
  return query
    select b.id, coalesce(c.name, l.name), s.starts_at, g.name
      from public.bookings b
      join public.class_sessions s on s.organization_id = b.organization_id and s.id = b.class_session_id and s.ends_at > now()
      join public.programs g on g.organization_id = s.organization_id and g.id = s.program_id
      left join public.clients c on c.organization_id = b.organization_id and c.id = b.client_id
      left join public.leads l on l.organization_id = b.organization_id and l.id = b.customer_id
     where b.organization_id = v_organization and b.booking_status = 'confirmed'
       and (b.membership_id = case p_offer when 'membership' then p_id end or b.package_id = case p_offer when 'package' then p_id end)
       and (s.starts_at at time zone v_zone)::date between p_first_day and coalesce(p_last_day, 'infinity')
     order by s.starts_at, coalesce(c.name, l.name), b.id;
end $$;

-- What somebody has, as it stands today; what is over for longer than a year is left out.
create function app.entitlements_of(p_kind text, p_person uuid)
returns table (kind text, id uuid, name text, credits int, period_limit int, period text, starts_on date, ends_on date,
  cancelled boolean, held_until date, held boolean, held_from date, price int, currency text, paid_by text)
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  v_organization uuid := app.signed_in_organization_id();
  v_today date := (select (now() at time zone o.timezone)::date from public.organizations o where o.id = v_organization);
  v_zone text := (select o.timezone from public.organizations o where o.id = v_organization);
  v_customer uuid := case when p_kind = 'lead' then p_person end;
  v_client uuid := case when p_kind = 'client' then p_person end;
begin
  return query
    select e.kind, e.id, e.name, e.credits, e.period_limit, e.period, e.starts_on, e.ends_on, e.cancelled, h.last_day, h.first_day is not null,
           h.first_day, e.price, e.currency, e.paid_by
      from (
        select 'membership' as kind, m.id, p.name, null::int as credits, m.period_limit, m.period, m.starts_on,
               app.pushed_end(m.organization_id, m.id, null, m.starts_on, m.ends_on, v_today) as ends_on, m.cancelled_at is not null as cancelled, m.price, m.currency, m.paid_by
          from public.memberships m
          join public.membership_plans p on p.organization_id = m.organization_id and p.id = m.plan_id
         where m.organization_id = v_organization and (m.customer_id = v_customer or m.client_id = v_client)
        union all
        select 'package', k.id, p.name, coalesce((
                 select sum(l.amount)::int from public.entitlement_ledger l
                  where l.organization_id = v_organization and l.package_id = k.id), 0), null, null, k.starts_on,
               app.pushed_end(k.organization_id, null, k.id, coalesce(f.first_on, k.starts_on), coalesce(k.ends_on, f.first_on + k.valid_days - 1), v_today),
               k.cancelled_at is not null, k.price, k.currency, k.paid_by
          from public.packages k
          join public.package_products p on p.organization_id = k.organization_id and p.id = k.product_id
          cross join lateral (
            select case when k.valid_days is not null then (select min(d) from app.days_used(v_organization, null, k.id, v_zone, k.id) d) end as first_on) f
         where k.organization_id = v_organization and (k.customer_id = v_customer or k.client_id = v_client)
      ) e
      left join lateral (
        select x.first_day, x.last_day from public.entitlement_holds x
         where x.organization_id = v_organization and (x.membership_id = e.id or x.package_id = e.id)
           and x.first_day <= v_today and coalesce(x.last_day >= v_today, true) limit 1) h on true
     where coalesce(e.ends_on > v_today - 366, true)
     order by e.cancelled, coalesce(e.ends_on < v_today, false), e.ends_on, e.name, e.id;
end $$;

-- A manager offers something new: what of a program's names nobody knows here is refused, and without any it covers all.
create function app.covered(p_plan uuid, p_product uuid, p_programs text[]) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  v_organization uuid := app.signed_in_organization_id();
  v_name text;
begin
  foreach v_name in array p_programs loop
    insert into public.covered_programs (organization_id, plan_id, product_id, program_id)
    select v_organization, p_plan, p_product, g.id from public.programs g
     where g.organization_id = v_organization and lower(g.name) = lower(v_name);
    if not found then
      perform app.refuse('offer_program');
    end if;
  end loop;
end $$;

create function app.offer_package(
  p_id uuid, p_name text, p_price int, p_classes int, p_days int, p_from_first_class boolean, p_programs text[], p_intro boolean,
  p_shared boolean) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  insert into public.package_products
    (organization_id, id, name, price, every_program, is_intro, is_shared, class_count, valid_days, valid_from)
  values (app.signed_in_organization_id(), p_id, p_name, p_price, cardinality(p_programs) = 0, p_intro, p_shared, p_classes, p_days,
          case when p_from_first_class then 'first_class' else 'purchase' end);
  perform app.covered(null, p_id, p_programs);
end $$;

create function app.offer_membership(
  p_id uuid, p_name text, p_price int, p_limit int, p_period text, p_anniversary boolean, p_months int, p_programs text[],
  p_intro boolean, p_shared boolean) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  insert into public.membership_plans
    (organization_id, id, name, price, every_program, is_intro, is_shared, period_limit, period, anchored, term_months)
  values (app.signed_in_organization_id(), p_id, p_name, p_price, cardinality(p_programs) = 0, p_intro, p_shared, p_limit, p_period,
          case when p_anniversary then 'anniversary' else 'calendar' end, p_months);
  perform app.covered(p_id, null, p_programs);
end $$;

-- It is not sold any more; who has it keeps it.
create function app.end_offer(p_id uuid) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  v_organization uuid := app.signed_in_organization_id();
begin
  update public.package_products p set is_active = false where p.organization_id = v_organization and p.id = p_id;
  if not found then
    update public.membership_plans p set is_active = false where p.organization_id = v_organization and p.id = p_id;
    if not found then
      raise no_data_found;
    end if;
  end if;
end $$;
