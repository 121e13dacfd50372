-- What each role may touch. frontdesk_app, the login, may nothing but become frontdesk_staff.

revoke all on all functions in schema app from public;
revoke all on schema app from public;
grant usage on schema app to frontdesk_staff, frontdesk_definer;
grant usage on schema ext to frontdesk_definer;

grant execute on function
  app.user_id(), app.organization_id(), app.rank(), app.may_write(), app.is_manager(), app.installation(), app.desk_id(),
  app.signed_in_organization_id(), app.writing_organization_id(), app.managing_organization_id(), app.is_keeper(), app.check_writer(uuid),
  app.reason(text),
  app.token_hash(), app.version(), app.my_organizations(), app.open_desk(text),
  app.login_challenge(text), app.login(uuid, bytea, bytea, uuid), app.profile(), app.change_password(bytea, bytea),
  app.note_refusal(text, text, text), app.sleep(), app.pin_challenge(), app.pin_login(bytea, bytea), app.set_pin(bytea, bytea),
  app.sign_out(), app.find(text, uuid), app.sessions_on(date), app.roster(uuid),
  app.person(text, uuid), app.relatives(uuid, uuid, uuid), app.needs_you(), app.here_now(uuid), app.held_seats(uuid), app.not_covered(), app.outside_payer(), app.told(uuid, boolean),
  app.lock_for_booking(uuid, uuid, uuid), app.refuse(text), app.not_found(text),
  app.check_person(public.bookings), app.check_session(public.class_sessions), app.check_not_booked(public.bookings),
  app.free_seats(public.class_sessions), app.check_seat(public.bookings, public.class_sessions),
  app.stamp_booking(public.bookings, public.class_sessions), app.is_covered(uuid, uuid, uuid), app.kind_of_entitlement(uuid), app.live(text), app.overlap(uuid, uuid, uuid),
  app.answer_about(text, text, uuid, uuid, uuid, uuid),
  app.lock_spender(text, uuid, uuid), app.try_booking(uuid, uuid, uuid, uuid, text, text, text, text, uuid, boolean),
  app.book(uuid, uuid, text, uuid, text, text, text, boolean, boolean, uuid, boolean), app.book_together(jsonb),
  app.booking(uuid), app.cancel(uuid, text), app.take_back(uuid, text, uuid), app.standing(uuid, uuid, uuid), app.hold_booking(uuid),
  app.try_change(public.bookings, text, boolean, text, text, text, uuid, boolean),
  app.go_on(public.bookings, text, text, text, text, uuid, boolean),
  app.hours_after(uuid), app.check_in_open(public.class_sessions), app.check_in_open(public.class_sessions, text, interval),
  app.check_in_opens(public.bookings, public.class_sessions),
  app.stamp_change(public.bookings), app.change_of(public.bookings, public.bookings),
  app.check_undo(uuid, timestamptz, uuid, uuid), app.cancels_late(public.bookings, public.class_sessions),
  app.check_cancel(public.bookings, public.bookings, public.class_sessions),
  app.check_turn(public.bookings, public.bookings, public.class_sessions),
  app.check_seat_taken(public.bookings, public.bookings, public.class_sessions),
  app.apply_change(text, public.bookings, public.bookings, public.class_sessions)
to frontdesk_staff;
grant execute on function
  app.name_key(text), app.phone_key(text), app.is_minor(uuid, date), app.is_guardian_of(uuid, uuid, text),
  app.waiver_signed_at(uuid, uuid, date, text, timestamptz), app.check_facts(text, text, text, text, date),
  app.check_barcode(uuid, text, text), app.check_may_write(), app.person_now(text, uuid),
  app.add_lead(uuid, text, text, text, date), app.duplicates(text, text, text), app.family(text, uuid),
  app.family_of(uuid), app.lock_people(uuid, uuid), app.join_family(text, uuid, text, uuid, boolean), app.sign_waiver(text, uuid, text)
to frontdesk_staff;
grant execute on function
  app.check_import(), app.people_to_compare(), app.people_by_external_id(text), app.match_people(jsonb, text),
  app.imported_waiver(app.imported, text), app.add_people(app.imported[]), app.complete_people(app.imported[]),
  app.remember_ids(app.imported[], text), app.add_notes(app.imported[]), app.add_families(app.imported[]),
  app.import_people(jsonb, text)
to frontdesk_staff;
grant execute on function
  app.counts_as_used(text), app.pushed_end(uuid, uuid, uuid, date, date, date), app.days_used(uuid, uuid, uuid, text, uuid),
  app.coverage(uuid, uuid, uuid, boolean, uuid), app.buyer(uuid, uuid, uuid), app.had_intro(uuid, uuid, uuid),
  app.check_sale(uuid, uuid, uuid, boolean, boolean, date, date, text, text), app.lock_buyer(uuid, uuid), app.lock_sale(uuid, uuid),
  app.offers(uuid), app.sell(uuid, text, uuid, text, uuid, text, text, date),
  app.sell_and_book(uuid, uuid, text, uuid, uuid, text, uuid, text, boolean), app.book_new(jsonb, jsonb, jsonb), app.cancel_sale(text, uuid, text, boolean),
  app.check_sale_undo(jsonb), app.take_back_sale(text, uuid), app.is_taken_back(uuid), app.is_cancelled_so(uuid, text, boolean), app.hold(text, uuid, date, date, text), app.resume(text, uuid), app.bookings_in_hold(text, uuid, date, date),
  app.entitlements_of(text, uuid),
  app.covered(uuid, uuid, text[]), app.offer_package(uuid, text, int, int, int, boolean, text[], boolean, boolean),
  app.offer_membership(uuid, text, int, int, text, boolean, int, text[], boolean, boolean), app.end_offer(uuid)
to frontdesk_staff;
grant execute on function
  app.in_drawer(public.drawers), app.check_own_desk(uuid), app.hold_drawer(uuid, uuid), app.colleague(uuid),
  app.drawer_state(public.drawers), app.own_drawer(), app.drawer_now(), app.open_drawer(uuid, integer),
  app.move_cash(uuid, integer, text), app.count_drawer(uuid, jsonb, text), app.counted_so(uuid, uuid, jsonb),
  app.till_day(date), app.till(date), app.till_drawers(date), app.drawer_moves(uuid), app.till_moves(date),
  app.handover(), app.handover_lines(), app.accept_handover(uuid)
to frontdesk_staff;
grant execute on function
  app.account_credit(uuid, uuid, uuid), app.owed(uuid, uuid, uuid), app.collect(uuid, text, uuid, text),
  app.take_back_collection(uuid), app.refund_credit(uuid, text, uuid, int, text),
  app.cards_of(text, uuid), app.add_card(uuid, text, uuid, text, text), app.remove_card(uuid)
to frontdesk_staff;
grant execute on all functions in schema app to frontdesk_definer;

grant select on public.organizations, public.user_organizations, public.desks, public.leads, public.clients,
  public.programs, public.rooms, public.instructors, public.class_sessions, public.session_instructors,
  public.bookings, public.payments, public.tasks, public.audit_log, public.audit_personal, public.families,
  public.family_members, public.notes, public.external_ids, public.quarantine, public.membership_plans,
  public.package_products, public.covered_programs, public.memberships, public.packages, public.entitlement_holds,
  public.entitlement_ledger, public.drawers, public.drawer_movements, public.drawer_counts, public.handovers,
  public.handover_needs, public.collections, public.credit_refunds, public.cards_on_file
to frontdesk_staff;
grant insert (organization_id, id, name), update (name) on public.desks to frontdesk_staff;
grant insert (organization_id, id, class_session_id, customer_id, client_id, booking_status, paid_by, comp_reason,
  override_reason, happened_at, membership_id, package_id),
  update (booking_status, payment_status, paid_by, comp_reason, override_reason, cancel_reason, membership_id, package_id)
  on public.bookings to frontdesk_staff;
grant update (done_at) on public.tasks to frontdesk_staff;
-- A name is never changed here, and nobody is blocked or erased; what of this is the managers', the triggers say.
grant insert (organization_id, id, name, email, phone, birth_date, barcode, emergency_contact, waiver_signed_at,
  waiver_signed_by, blocked_reason, status, source),
  update (email, phone, birth_date, barcode, emergency_contact, waiver_signed_at, waiver_signed_by, source)
  on public.leads to frontdesk_staff;
grant insert (organization_id, id, name, email, phone, birth_date, barcode, emergency_contact, waiver_signed_at,
  waiver_signed_by, blocked_reason, client_since),
  update (email, phone, birth_date, barcode, emergency_contact, waiver_signed_at, waiver_signed_by, client_since)
  on public.clients to frontdesk_staff;
grant insert (organization_id, id) on public.families to frontdesk_staff;
grant insert (organization_id, family_id, customer_id, client_id, is_guardian), update (is_guardian)
  on public.family_members to frontdesk_staff;
grant insert (organization_id, customer_id, client_id, text, alert_priority, written_by) on public.notes
  to frontdesk_staff;
grant insert (organization_id, source, external_id, customer_id, client_id) on public.external_ids
  to frontdesk_staff;
-- What staff sell; the terms are the offer's, which managers make.
grant insert (organization_id, id, plan_id, customer_id, client_id, starts_on, paid_by, comp_reason),
  update (cancelled_at, cancel_reason, refunded, taken_back) on public.memberships to frontdesk_staff;
grant insert (organization_id, id, product_id, customer_id, client_id, starts_on, paid_by, comp_reason),
  update (cancelled_at, cancel_reason, refunded, taken_back) on public.packages to frontdesk_staff;
grant insert (organization_id, membership_id, package_id, first_day, last_day, reason), update (last_day)
  on public.entitlement_holds to frontdesk_staff;
grant insert (organization_id, id, name, price, every_program, is_intro, is_shared, period_limit, period, anchored, term_months),
  update (name, price, is_intro, is_shared, is_active) on public.membership_plans to frontdesk_staff;
grant insert (organization_id, id, name, price, every_program, is_intro, is_shared, class_count, valid_days, valid_from),
  update (name, price, is_intro, is_shared, is_active) on public.package_products to frontdesk_staff;
grant insert (organization_id, plan_id, product_id, program_id) on public.covered_programs to frontdesk_staff;
grant insert (organization_id, id, float_amount), update (counted_at, note) on public.drawers to frontdesk_staff;
grant insert (organization_id, id, drawer_id, amount, reason) on public.drawer_movements to frontdesk_staff;
grant insert (organization_id, drawer_id, denomination, pieces), update (pieces) on public.drawer_counts to frontdesk_staff;
grant update (accepted_at) on public.handovers to frontdesk_staff;
grant insert (organization_id, id, customer_id, client_id, brand, last_four), update (removed_at) on public.cards_on_file
  to frontdesk_staff;

grant select on public.organizations, public.users, public.user_organizations, public.desks, public.sign_ins,
  public.sign_in_challenges, public.tokens, public.secrets, public.leads, public.clients, public.search_documents,
  public.class_sessions, public.bookings, public.payments, public.tasks, public.family_members, public.notes,
  public.quarantine, public.refusals, public.alembic_version, public.programs, public.membership_plans,
  public.package_products, public.covered_programs, public.memberships, public.packages, public.entitlement_holds,
  public.entitlement_ledger, public.drawers, public.collections, public.credit_refunds
to frontdesk_definer;
grant insert, update, delete on public.sign_ins to frontdesk_definer;
grant insert, update, delete on public.sign_in_challenges, public.tokens to frontdesk_definer;
grant update (salt, stored_key, must_change, pin_salt, pin_key) on public.users to frontdesk_definer;
grant insert, update, delete on public.search_documents, public.refusals to frontdesk_definer;
grant update (booked_count, extra_seats) on public.class_sessions to frontdesk_definer;
grant update (updated_at) on public.leads, public.clients to frontdesk_definer;
grant update (booking_status, paid_by, payment_status, collection_id, changed_at, changed_by, changed_desk_id) on public.bookings
  to frontdesk_definer;
grant insert, update (taken_back_at, taken_back_by) on public.collections to frontdesk_definer;
grant insert on public.credit_refunds to frontdesk_definer;
-- A column, so that it may lock the rows.
grant update (cancelled_at) on public.memberships, public.packages to frontdesk_definer;
grant insert on public.entitlement_ledger, public.payments, public.tasks, public.audit_log, public.audit_personal to frontdesk_definer;
-- To hold a drawer FOR SHARE, the right to change it is needed.
grant update (counted_at) on public.drawers to frontdesk_definer;
grant insert on public.handovers, public.handover_needs to frontdesk_definer;
