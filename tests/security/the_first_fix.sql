-- The policies and functions with which the booking system was first fixed, as far as they can be judged alone.
create schema auth;
create function auth.uid() returns uuid language sql stable as $$ select nullif(current_setting('jwt.sub', true), '')::uuid $$;

create table organizations (id uuid primary key, name text);
create table user_organizations (user_id uuid, organization_id uuid references organizations, role text);
create table leads (id uuid primary key, organization_id uuid not null references organizations, name text, email text, phone text);
create table clients (id uuid primary key, organization_id uuid not null references organizations, name text, email text, phone text);
create table class_sessions (id uuid primary key, organization_id uuid not null references organizations);
create table bookings (
  id uuid primary key,
  organization_id uuid not null references organizations,
  class_session_id uuid not null references class_sessions on delete cascade,
  customer_id uuid references leads on delete cascade,
  client_id uuid references clients on delete cascade,
  constraint check_customer_or_client_booking check (
    (customer_id is not null and client_id is null) or (customer_id is null and client_id is not null))
);

alter table bookings enable row level security;
alter table user_organizations enable row level security;

create policy "Users can view bookings" on bookings for select using (
  organization_id in (select organization_id from user_organizations where user_id = auth.uid()));
create policy "Users can update bookings" on bookings for update using (
  organization_id in (select organization_id from user_organizations where user_id = auth.uid()));
create policy "Public can create bookings" on bookings for insert with check (true);
create policy "Users can manage their own organizations" on user_organizations for all using (user_id = auth.uid());

create function create_lead_from_client(p_client_id uuid, p_organization_id uuid) returns uuid
language plpgsql security definer as $$
declare
  v_lead uuid := gen_random_uuid();
begin
  insert into leads (id, organization_id, name, email, phone)
  select v_lead, p_organization_id, name, email, phone from clients where id = p_client_id;
  return v_lead;
end $$;
