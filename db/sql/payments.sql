-- The money of a booking, as append-only rows written by the booking itself.

-- Whether a payment is neither a reversal nor given back as credit, and was not reversed.
create function app.is_open(p public.payments) returns boolean
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  return p.reverses_id is null and p.refund_id is null and not exists (
    select from public.payments r where r.organization_id = p.organization_id and r.reverses_id = p.id);
end $$;

-- What was paid for these bookings goes back by the method it came, once.
create function app.reverse_payments(p_organization uuid, p_bookings uuid[]) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  insert into public.payments
    (organization_id, customer_id, client_id, booking_id, reverses_id, method, amount, currency, desk_id, taken_by)
  select p.organization_id, p.customer_id, p.client_id, p.booking_id, p.id, p.method, -p.amount, p.currency,
         app.desk_id(), app.user_id()
    from public.payments p
   where p.organization_id = p_organization and p.booking_id = any(p_bookings) and app.is_open(p);
end $$;

create function app.keep_payments() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_before text := case when tg_op = 'UPDATE' then old.paid_by end;
  v_void boolean := tg_op = 'UPDATE' and new.payment_status = 'void' and old.payment_status <> 'void';
begin
  if new.paid_by in ('card', 'cash') and v_before is null then
    insert into public.payments
      (organization_id, customer_id, client_id, booking_id, method, amount, currency, desk_id, taken_by)
    values (new.organization_id, new.customer_id, new.client_id, new.id, new.paid_by, new.price, new.currency,
            new.changed_desk_id, new.changed_by);
  elsif v_void or (v_before in ('card', 'cash') and new.paid_by is null) then
    perform app.reverse_payments(new.organization_id, array[new.id]);
  end if;
  return null;
end $$;

create trigger c_keep_payments after insert or update of booking_status on public.bookings
  for each row execute function app.keep_payments();
