-- The schema of a gym's database before the fix, as such a database was dumped.
CREATE SCHEMA auth;
CREATE TABLE auth.users (id uuid PRIMARY KEY, email text);
CREATE TABLE organizations (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), name text NOT NULL, email text NOT NULL UNIQUE,
  slug text UNIQUE CHECK (slug ~ '^[a-z0-9-]+$'), timezone varchar(50) DEFAULT 'Europe/London', currency varchar(3) DEFAULT 'GBP',
  subscription_plan text NOT NULL DEFAULT 'free' CHECK (subscription_plan IN ('free','basic','premium','enterprise')),
  subscription_status text NOT NULL DEFAULT 'active' CHECK (subscription_status IN ('active','cancelled','expired')),
  settings jsonb DEFAULT '{}', created_at timestamptz DEFAULT now());
CREATE TABLE users (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), organization_id uuid NOT NULL REFERENCES organizations ON DELETE CASCADE,
  email text NOT NULL, name text NOT NULL, role text NOT NULL DEFAULT 'staff' CHECK (role IN ('owner','admin','staff','viewer')),
  UNIQUE (organization_id, email));
CREATE TABLE user_organizations (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), user_id uuid REFERENCES auth.users ON DELETE CASCADE,
  organization_id uuid REFERENCES organizations ON DELETE CASCADE, is_active boolean DEFAULT true, role varchar NOT NULL
  DEFAULT 'member' CHECK (role IN ('owner','admin','member','staff')), UNIQUE (user_id, organization_id));
CREATE TABLE organization_members (user_id uuid REFERENCES users ON DELETE CASCADE, org_id uuid REFERENCES organizations ON DELETE CASCADE,
  role text NOT NULL DEFAULT 'staff' CHECK (role IN ('owner','admin','coach','staff')), permissions jsonb DEFAULT '{}',
  joined_at timestamptz DEFAULT now(), PRIMARY KEY (user_id, org_id));
CREATE TABLE leads (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), organization_id uuid NOT NULL REFERENCES organizations ON DELETE CASCADE,
name text NOT NULL,
  email text NOT NULL, phone text, status text NOT NULL DEFAULT 'cold', lead_score int DEFAULT 0 CHECK (lead_score BETWEEN 0 AND 100),
  source text NOT NULL, metadata jsonb DEFAULT '{}', assigned_to uuid REFERENCES users, created_at timestamptz DEFAULT now(),
  updated_at timestamptz DEFAULT now(), UNIQUE (organization_id, email));
CREATE TABLE clients (id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
organization_id uuid NOT NULL REFERENCES organizations ON DELETE CASCADE, lead_id uuid REFERENCES leads ON DELETE SET NULL,
  name text NOT NULL, email text NOT NULL, phone text, membership_type text NOT NULL, membership_status text NOT NULL DEFAULT 'active'
  CHECK (membership_status IN ('active','paused','cancelled')), start_date date NOT NULL, end_date date,
  total_revenue numeric(10,2) DEFAULT 0, preferences jsonb DEFAULT '{}', created_at timestamptz DEFAULT now(),
UNIQUE (organization_id, email));
CREATE TABLE programs (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), organization_id uuid REFERENCES organizations ON DELETE CASCADE,
  name text NOT NULL, description text, duration_weeks int, price_pennies int, max_participants int DEFAULT 12,
  program_type varchar(50) DEFAULT 'challenge', is_active boolean DEFAULT true, updated_at timestamptz DEFAULT now());
CREATE TABLE class_sessions (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), organization_id uuid REFERENCES organizations ON DELETE CASCADE,
  program_id uuid REFERENCES programs ON DELETE CASCADE, trainer_id uuid REFERENCES users ON DELETE SET NULL, name varchar(255),
  start_time timestamptz NOT NULL, end_time timestamptz NOT NULL, max_capacity int DEFAULT 12,
  current_bookings int DEFAULT 0, room_location varchar(100), session_status varchar(50) DEFAULT 'scheduled', repeat_pattern jsonb,
  updated_at timestamptz DEFAULT now());
CREATE TABLE bookings (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), customer_id uuid REFERENCES leads ON DELETE CASCADE,
  class_session_id uuid REFERENCES class_sessions ON DELETE CASCADE, booking_status varchar(50) DEFAULT 'confirmed',
  booking_time timestamptz DEFAULT now(), payment_status varchar(50) DEFAULT 'pending', stripe_payment_intent_id varchar(255),
  attended_at timestamptz, cancelled_at timestamptz, notes text, updated_at timestamptz DEFAULT now());
CREATE TABLE waitlist (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), customer_id uuid REFERENCES leads ON DELETE CASCADE,
  class_session_id uuid REFERENCES class_sessions ON DELETE CASCADE, position int NOT NULL, joined_at timestamptz DEFAULT now(),
  auto_book boolean DEFAULT true, notified_at timestamptz, UNIQUE (customer_id, class_session_id));
CREATE TABLE membership_plans (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), organization_id uuid NOT NULL REFERENCES organizations
  ON DELETE CASCADE, name varchar(255) NOT NULL, price int NOT NULL, billing_period varchar(50) NOT NULL DEFAULT 'monthly',
  features jsonb DEFAULT '[]', is_active boolean DEFAULT true, trial_days int DEFAULT 0);
CREATE TABLE memberships (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), customer_id uuid REFERENCES leads ON DELETE CASCADE,
  program_id uuid REFERENCES programs ON DELETE SET NULL, membership_status varchar(50) DEFAULT 'active', start_date date NOT NULL,
  end_date date, credits_remaining int, unlimited_access boolean DEFAULT false, updated_at timestamptz DEFAULT now());
CREATE TABLE class_credits (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), customer_id uuid REFERENCES leads ON DELETE CASCADE,
  program_id uuid REFERENCES programs ON DELETE SET NULL, credits_purchased int NOT NULL, credits_used int DEFAULT 0,
  credits_remaining int GENERATED ALWAYS AS (credits_purchased - credits_used) STORED, expiry_date date);
CREATE TABLE class_packages (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), organization_id uuid NOT NULL REFERENCES organizations
  ON DELETE CASCADE, name varchar(255) NOT NULL, class_count int NOT NULL, validity_days int NOT NULL, price_pennies int NOT NULL,
  is_active boolean DEFAULT true);
CREATE TABLE customer_class_packages (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), organization_id uuid NOT NULL REFERENCES organizations
  ON DELETE CASCADE, client_id uuid NOT NULL REFERENCES clients ON DELETE CASCADE, package_id uuid NOT NULL REFERENCES class_packages
  ON DELETE RESTRICT, purchase_date timestamptz NOT NULL DEFAULT now(), expiry_date timestamptz NOT NULL, classes_remaining int NOT NULL,
  classes_used int DEFAULT 0, status varchar(20) DEFAULT 'active' CHECK (status IN ('active','expired','refunded','transferred')));
CREATE TABLE payments (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), organization_id uuid NOT NULL REFERENCES organizations
  ON DELETE CASCADE, client_id uuid REFERENCES clients ON DELETE SET NULL, amount int NOT NULL, currency varchar(3) DEFAULT 'GBP',
  payment_date date NOT NULL, payment_method varchar(50), reference varchar(255), description text, status varchar(20) DEFAULT 'completed'
  CHECK (status IN ('pending','processing','completed','failed','refunded','cancelled')), payment_status varchar(50));
CREATE TABLE customer_notes (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), organization_id uuid NOT NULL REFERENCES organizations
  ON DELETE CASCADE, customer_id uuid NOT NULL REFERENCES leads ON DELETE CASCADE, staff_id uuid NOT NULL REFERENCES auth.users,
  note text NOT NULL, note_type text DEFAULT 'general', is_private boolean DEFAULT false, created_at timestamptz DEFAULT now());
CREATE INDEX idx_sessions_org_start ON class_sessions (organization_id, start_time);
CREATE INDEX idx_bookings_session_status ON bookings (class_session_id, booking_status);
CREATE UNIQUE INDEX idx_bookings_unique_active ON bookings (customer_id, class_session_id)
  WHERE booking_status IN ('confirmed', 'attended');
CREATE INDEX idx_waitlist_session_position ON waitlist (class_session_id, position);
CREATE FUNCTION touch_updated_at() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.updated_at := now(); RETURN NEW; END $$;
CREATE TRIGGER touch BEFORE UPDATE ON programs FOR EACH ROW EXECUTE FUNCTION touch_updated_at();
CREATE TRIGGER touch BEFORE UPDATE ON class_sessions FOR EACH ROW EXECUTE FUNCTION touch_updated_at();
CREATE TRIGGER touch BEFORE UPDATE ON bookings FOR EACH ROW EXECUTE FUNCTION touch_updated_at();
CREATE TRIGGER touch BEFORE UPDATE ON memberships FOR EACH ROW EXECUTE FUNCTION touch_updated_at();
CREATE FUNCTION update_session_booking_count() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP <> 'INSERT' AND OLD.booking_status IN ('confirmed', 'attended') THEN
    UPDATE class_sessions SET current_bookings = current_bookings - 1 WHERE id = OLD.class_session_id;
  END IF;
  IF TG_OP <> 'DELETE' AND NEW.booking_status IN ('confirmed', 'attended') THEN
    UPDATE class_sessions SET current_bookings = current_bookings + 1 WHERE id = NEW.class_session_id;
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER session_booking_count AFTER INSERT OR UPDATE OR DELETE ON bookings
  FOR EACH ROW EXECUTE FUNCTION update_session_booking_count();
