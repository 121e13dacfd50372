-- Payments, carried once all revisions ran.

-- The person of the new tables that an old row means; `names` is NULL where that is nobody.
create or replace function takeover.person_of(p_organization uuid, p_client uuid, p_lead uuid, out client_id uuid, out lead_id uuid)
language sql stable as $$
  select c.id, case when c.id is null then l.id end
    from (select coalesce((select k.id from takeover.identities k where k.kind = 'client' and k.id = p_client), (select p.client_id from takeover.people p where p.lead_id = p_lead)) as id) w
    left join clients c on c.organization_id = p_organization and c.id = w.id
    left join leads l on l.organization_id = p_organization and l.id = p_lead
$$;

-- Where they are known: the organization of what names none itself.
create or replace function takeover.home_of(p_client uuid, p_lead uuid) returns uuid
language sql stable as $$
  select i.organization_id from takeover.identities i
   where i.id = case i.kind when 'client' then p_client else p_lead end and i.id in (p_client, p_lead)
   order by i.kind = 'lead' limit 1
$$;

create or replace function takeover.carry_payments(p_ids uuid[]) returns void
language plpgsql as $$
begin
  create temporary table if not exists taken (id uuid, organization_id uuid, client_id uuid, lead_id uuid, booking_id uuid, method text,
    amount int, currency text, taken_at timestamptz, refunded boolean, why text, raw jsonb) on commit drop;
  truncate pg_temp.taken;
  insert into pg_temp.taken
  select p.id, o.id, w.client_id, w.lead_id, b.id,
         case takeover.spelling(p.method) when 'cash' then 'cash' when 'card' then 'card' when 'stripe' then 'card'
           when 'direct_debit' then 'direct_debit' when 'bank_transfer' then 'transfer' when 'transfer' then 'transfer' else 'other' end,
         p.amount, case when upper(btrim(p.currency)) ~ '^[A-Z]{3}$' then upper(btrim(p.currency)) else o.currency end,
         (coalesce(p.payment_date, p.created_at::date) + time '12:00') at time zone coalesce(o.timezone, 'UTC'),
         'refunded' in (takeover.spelling(p.status), takeover.spelling(p.payment_status)),
         case
           when o.id is null then 'names no organization'
           when w.client_id is null and w.lead_id is null then 'names nobody who is there'
           when coalesce(p.amount, 0) = 0 or takeover.payment_status(p.payment_status) = 'comp' then 'no money was taken'
           when coalesce(takeover.spelling(p.status), takeover.spelling(p.payment_status)) not in ('completed', 'paid', 'succeeded', 'paid_out', 'refunded')
             or takeover.spelling(p.status) is null and p.payment_status is null then 'no money was taken'
           when p.payment_date is null and p.created_at is null then 'says no day'
         end, p.raw
    from takeover.payments p
    left join organizations o on o.id = coalesce(p.organization_id, takeover.home_of(p.client_id, p.customer_id), takeover.only_organization())
    cross join lateral takeover.person_of(o.id, p.client_id, p.customer_id) w
    left join lateral (
      select t.id from bookings t
       where t.organization_id = o.id and p.reference ~ '^booking:[0-9a-f-]{36}$'
         and t.id = coalesce((select j.into_id from takeover.judged j where j.table_name = 'bookings' and j.id = takeover.as_uuid(substr(p.reference, 9))),
                             takeover.as_uuid(substr(p.reference, 9)))
         and (t.client_id = w.client_id or t.customer_id = w.lead_id)
    ) b on true
   where p.id = any(p_ids);

  perform takeover.set_aside('payments', t.id::text, t.organization_id, t.raw, t.why) from pg_temp.taken t where t.why is not null;
  perform takeover.unset('payments', array(select i::text from unnest(p_ids) i where not exists (select from pg_temp.taken t where t.id = i and t.why is not null)));
  delete from payments p where p.reverses_id = any(p_ids) and not exists (
    select from pg_temp.taken t where t.id = p.reverses_id and t.why is null and t.refunded);
  delete from payments p where p.id = any(p_ids) and not exists (select from pg_temp.taken t where t.id = p.id and t.why is null);
  insert into payments as p (organization_id, id, customer_id, client_id, booking_id, method, amount, currency, taken_at)
  select t.organization_id, t.id, t.lead_id, t.client_id, t.booking_id, t.method, t.amount, t.currency, t.taken_at
    from pg_temp.taken t where t.why is null
  on conflict (organization_id, id) do update
    set customer_id = excluded.customer_id, client_id = excluded.client_id, booking_id = excluded.booking_id, method = excluded.method,
        amount = excluded.amount, currency = excluded.currency, taken_at = excluded.taken_at
    where (p.customer_id, p.client_id, p.booking_id, p.method, p.amount, p.currency, p.taken_at) is distinct from
          (excluded.customer_id, excluded.client_id, excluded.booking_id, excluded.method, excluded.amount, excluded.currency, excluded.taken_at);
  -- Money that went back is a row of its own.
  insert into payments (organization_id, id, customer_id, client_id, booking_id, reverses_id, method, amount, currency, taken_at)
  select t.organization_id, takeover.made_id('refund', t.organization_id, t.id::text), t.lead_id, t.client_id, t.booking_id, t.id, t.method, -t.amount, t.currency, t.taken_at
    from pg_temp.taken t where t.why is null and t.refunded
  on conflict do nothing;
end $$;
