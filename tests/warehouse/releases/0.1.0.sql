CREATE SCHEMA pipeline;
CREATE TABLE admin_teams(admin_id VARCHAR, team_id VARCHAR, _extra JSON, _synced_at TIMESTAMP WITH TIME ZONE, _deleted_at TIMESTAMP WITH TIME ZONE, _deleted_reason VARCHAR);
COMMENT ON TABLE main.admin_teams IS 'Which admins are in which teams. One row is one admin in one team.';
COMMENT ON COLUMN main.admin_teams."admin_id" IS 'The admin''s id, as in admins.';
COMMENT ON COLUMN main.admin_teams."team_id" IS 'The team''s id, as in teams.';
COMMENT ON COLUMN main.admin_teams."_extra" IS 'Everything Intercom sent that has no column, or does not fit its column''s type.';
COMMENT ON COLUMN main.admin_teams."_synced_at" IS 'When this row was last written by a sync (UTC).';
COMMENT ON COLUMN main.admin_teams."_deleted_at" IS 'When the record was found to be gone from Intercom; NULL while it is there.';
COMMENT ON COLUMN main.admin_teams."_deleted_reason" IS 'Why it is gone: deleted, merged, archived or vanished.';
INSERT INTO main.admin_teams VALUES ('4158393', '5485859', NULL, '2026-11-22T13:48:34.913894+00:00', NULL, NULL);
INSERT INTO main.admin_teams VALUES ('4158393', '5485892', NULL, '2026-11-22T13:48:34.913894+00:00', NULL, NULL);
INSERT INTO main.admin_teams VALUES ('4158404', '5485859', NULL, '2026-11-22T13:48:34.913894+00:00', NULL, NULL);
INSERT INTO main.admin_teams VALUES ('4158404', '5485892', NULL, '2026-11-22T13:48:34.913894+00:00', NULL, NULL);
CREATE TABLE admins(id VARCHAR, "type" VARCHAR, "name" VARCHAR, email VARCHAR, job_title VARCHAR, has_inbox_seat BOOLEAN, away_mode_enabled BOOLEAN, away_mode_reassign BOOLEAN, away_status_reason_id VARCHAR, "role" JSON, team_ids JSON, team_priority_level JSON, avatar JSON, _extra JSON, _synced_at TIMESTAMP WITH TIME ZONE, _deleted_at TIMESTAMP WITH TIME ZONE, _deleted_reason VARCHAR);
COMMENT ON TABLE main.admins IS 'The teammates who have access to the workspace. One row is one admin.';
COMMENT ON COLUMN main.admins."id" IS 'The admin''s id, given by Intercom.';
COMMENT ON COLUMN main.admins."type" IS 'Always admin.';
COMMENT ON COLUMN main.admins."name" IS 'The admin''s name.';
COMMENT ON COLUMN main.admins."email" IS 'The admin''s e-mail address.';
COMMENT ON COLUMN main.admins."job_title" IS 'The admin''s job title; NULL if none is set.';
COMMENT ON COLUMN main.admins."has_inbox_seat" IS 'Whether the admin has a paid seat in the inbox.';
COMMENT ON COLUMN main.admins."away_mode_enabled" IS 'Whether the admin is set as away.';
COMMENT ON COLUMN main.admins."away_mode_reassign" IS 'Whether new conversations go to the default inbox while away.';
COMMENT ON COLUMN main.admins."away_status_reason_id" IS 'The id of the reason for being away; NULL if none is set.';
COMMENT ON COLUMN main.admins."role" IS 'The admin''s role with id and name; sent from API version 2.16 on, NULL if none.';
COMMENT ON COLUMN main.admins."team_ids" IS 'The ids of the admin''s teams, as a list; as rows in admin_teams.';
COMMENT ON COLUMN main.admins."team_priority_level" IS 'The ids of the teams the admin serves first and second.';
COMMENT ON COLUMN main.admins."avatar" IS 'The admin''s picture, as its address or an object with it.';
COMMENT ON COLUMN main.admins."_extra" IS 'Everything Intercom sent that has no column, or does not fit its column''s type.';
COMMENT ON COLUMN main.admins."_synced_at" IS 'When this row was last written by a sync (UTC).';
COMMENT ON COLUMN main.admins."_deleted_at" IS 'When the record was found to be gone from Intercom; NULL while it is there.';
COMMENT ON COLUMN main.admins."_deleted_reason" IS 'Why it is gone: deleted, merged, archived or vanished.';
INSERT INTO main.admins VALUES ('4158393', 'admin', 'Maya Mensah', 'maya@trellis.example', 'Head of Support', True, False, False, NULL, NULL, '[5485859,5485892]', '{"primary_team_ids":[],"secondary_team_ids":[5485859,5485892]}', '"https://static.trellis.example/avatars/4158393.png"', NULL, '2026-11-22T13:48:34.809428+00:00', NULL, NULL);
INSERT INTO main.admins VALUES ('4158404', 'admin', 'Jonas Byrne', 'jonas@trellis.example', 'Support Engineer', True, True, False, '4004', NULL, '[5485859,5485892]', '{"primary_team_ids":[5485859,5485892],"secondary_team_ids":[]}', '"https://static.trellis.example/avatars/4158404.png"', NULL, '2026-11-22T13:48:34.809428+00:00', NULL, NULL);
CREATE TABLE articles(id VARCHAR, "type" VARCHAR, workspace_id VARCHAR, title VARCHAR, description VARCHAR, body_text VARCHAR, body VARCHAR, body_markdown VARCHAR, state VARCHAR, url VARCHAR, default_locale VARCHAR, author_id VARCHAR, created_by_id VARCHAR, updated_by_id VARCHAR, created_at TIMESTAMP WITH TIME ZONE, updated_at TIMESTAMP WITH TIME ZONE, draft_updated_at TIMESTAMP WITH TIME ZONE, scheduled_publish_at TIMESTAMP WITH TIME ZONE, scheduled_unpublish_at TIMESTAMP WITH TIME ZONE, has_unpublished_changes BOOLEAN, parent_id VARCHAR, parent_type VARCHAR, parent_ids JSON, help_center_audience VARCHAR, audience_ids JSON, ai_chatbot_availability BOOLEAN, ai_copilot_availability BOOLEAN, ai_sales_agent_availability BOOLEAN, exclude_from_article_suggestions BOOLEAN, "views" BIGINT, conversions BIGINT, reactions BIGINT, "statistics" JSON, tags JSON, translated_content JSON, _extra JSON, _synced_at TIMESTAMP WITH TIME ZONE, _deleted_at TIMESTAMP WITH TIME ZONE, _deleted_reason VARCHAR);
COMMENT ON TABLE main.articles IS 'The help centre''s articles, in their default language, with translations and statistics. One row is one article.';
COMMENT ON COLUMN main.articles."id" IS 'The article''s id, given by Intercom.';
COMMENT ON COLUMN main.articles."type" IS 'Always article.';
COMMENT ON COLUMN main.articles."workspace_id" IS 'The id of the workspace the article belongs to.';
COMMENT ON COLUMN main.articles."title" IS 'The article''s title.';
COMMENT ON COLUMN main.articles."description" IS 'The article''s summary; NULL if it has none.';
COMMENT ON COLUMN main.articles."body_text" IS 'The body as plain text; NULL if it is empty.';
COMMENT ON COLUMN main.articles."body" IS 'The body as HTML; NULL if it is empty.';
COMMENT ON COLUMN main.articles."body_markdown" IS 'The body as Markdown; sent from API version 2.16 on.';
COMMENT ON COLUMN main.articles."state" IS 'Whether the article is published or a draft.';
COMMENT ON COLUMN main.articles."url" IS 'Where the article is read; NULL for one never published.';
COMMENT ON COLUMN main.articles."default_locale" IS 'The help centre''s default language; NULL if it has one language only.';
COMMENT ON COLUMN main.articles."author_id" IS 'The id of the admin who is the article''s author.';
COMMENT ON COLUMN main.articles."created_by_id" IS 'The id of the admin who created it; sent from API version 2.16 on.';
COMMENT ON COLUMN main.articles."updated_by_id" IS 'The id of the admin who last changed it; sent from API version 2.16 on.';
COMMENT ON COLUMN main.articles."created_at" IS 'When the article was created (UTC).';
COMMENT ON COLUMN main.articles."updated_at" IS 'When the article last changed (UTC).';
COMMENT ON COLUMN main.articles."draft_updated_at" IS 'When the staged draft last changed (UTC); NULL if there is none.';
COMMENT ON COLUMN main.articles."scheduled_publish_at" IS 'When it is to be published (UTC); NULL if not planned.';
COMMENT ON COLUMN main.articles."scheduled_unpublish_at" IS 'When it is to be taken offline (UTC); NULL if not planned.';
COMMENT ON COLUMN main.articles."has_unpublished_changes" IS 'Whether a draft is staged on the published article.';
COMMENT ON COLUMN main.articles."parent_id" IS 'The collection it stands in, up to API version 2.15; NULL if it stands alone.';
COMMENT ON COLUMN main.articles."parent_type" IS 'Whether its parent is a collection or a section, up to API version 2.15.';
COMMENT ON COLUMN main.articles."parent_ids" IS 'The ids of the collections it stands in, as a list.';
COMMENT ON COLUMN main.articles."help_center_audience" IS 'Who may read it, such as everyone or restricted; from API version 2.16 on.';
COMMENT ON COLUMN main.articles."audience_ids" IS 'The audiences Fin offers it to, as a list of ids; from API version 2.16 on.';
COMMENT ON COLUMN main.articles."ai_chatbot_availability" IS 'Whether Fin may answer from it; sent from API version 2.16 on.';
COMMENT ON COLUMN main.articles."ai_copilot_availability" IS 'Whether Copilot may use it; sent from API version 2.16 on.';
COMMENT ON COLUMN main.articles."ai_sales_agent_availability" IS 'Whether the sales agent may use it; from API version 2.16 on.';
COMMENT ON COLUMN main.articles."exclude_from_article_suggestions" IS 'Whether Fin never suggests it; from API version 2.16 on.';
COMMENT ON COLUMN main.articles."views" IS 'How often it was viewed.';
COMMENT ON COLUMN main.articles."conversions" IS 'How many conversations were started from it.';
COMMENT ON COLUMN main.articles."reactions" IS 'How many reactions it received.';
COMMENT ON COLUMN main.articles."statistics" IS 'Views, conversations started, reactions with their shares in percent, and Fin''s use.';
COMMENT ON COLUMN main.articles."tags" IS 'The article''s tags; sent from API version 2.13 on.';
COMMENT ON COLUMN main.articles."translated_content" IS 'Title, body, state and times of each translation, by language; NULL if none.';
COMMENT ON COLUMN main.articles."_extra" IS 'Everything Intercom sent that has no column, or does not fit its column''s type.';
COMMENT ON COLUMN main.articles."_synced_at" IS 'When this row was last written by a sync (UTC).';
COMMENT ON COLUMN main.articles."_deleted_at" IS 'When the record was found to be gone from Intercom; NULL while it is there.';
COMMENT ON COLUMN main.articles."_deleted_reason" IS 'Why it is gone: deleted, merged, archived or vanished.';
INSERT INTO main.articles VALUES ('9181862', 'article', 'tk7plnra', 'Understanding your invoice', 'Seats, credits, VAT and where to find old invoices.', 'Your invoice lists the seats in use on the day of renewal.


Members count as seats; guests don''t.

Credits are taken off before tax.


You can download every invoice under Settings, Billing.', '<p>Your invoice lists the seats in use on the day of renewal.</p>
<ul>
<li>Members count as seats; guests don''t.</li>
<li>Credits are taken off before tax.</li>
</ul>
<p>You can download every invoice under Settings, Billing.</p>', NULL, 'published', 'https://help.trellis.example/en/articles/9181862', 'en', '4158393', NULL, NULL, '2025-06-25T22:27:47+00:00', '2025-10-31T03:33:18+00:00', NULL, NULL, NULL, NULL, '500100', 'collection', '[500100]', NULL, NULL, NULL, NULL, NULL, NULL, 4516, 144, 360, '{"type":"article_statistics","views":4516,"conversions":144,"conversations":144,"reactions":360,"happy_reaction_percentage":57.9,"neutral_reaction_percentage":21.7,"sad_reaction_percentage":20.4}', '{"type":"tag.list","tags":[]}', '{"type":"article_translated_content","en":{"type":"article_content","title":"Understanding your invoice","description":"Seats, credits, VAT and where to find old invoices.","body":"<p>Your invoice lists the seats in use on the day of renewal.</p>\n<ul>\n<li>Members count as seats; guests don''t.</li>\n<li>Credits are taken off before tax.</li>\n</ul>\n<p>You can download every invoice under Settings, Billing.</p>","author_id":4158393,"state":"published","created_at":1750890467,"updated_at":1761881598,"url":"https://help.trellis.example/en/articles/9181862"},"de":{"type":"article_content","title":"Ihre Rechnung verstehen","description":"Plätze, Gutschriften und Umsatzsteuer.","body":"<p>Die Rechnung nennt die Plätze am Tag der Verlängerung.</p>\n<ul>\n<li>Mitglieder zählen, Gäste nicht.</li>\n<li>Gutschriften werden vor der Steuer abgezogen.</li>\n</ul>","author_id":4158393,"state":"published","created_at":1750890467,"updated_at":1761881598,"url":"https://help.trellis.example/de/articles/9181862"},"es":{"type":"article_content","title":"Entender tu factura","description":"Plazas, abonos e impuestos.","body":"<p>La factura cuenta las plazas el día de la renovación.</p>\n<ul>\n<li>Los miembros cuentan; los invitados, no.</li>\n<li>Los abonos se restan antes de impuestos.</li>\n</ul>","author_id":4158393,"state":"published","created_at":1750890467,"updated_at":1761881598,"url":"https://help.trellis.example/es/articles/9181862"}}', NULL, '2026-11-22T13:48:35.553508+00:00', NULL, NULL);
INSERT INTO main.articles VALUES ('9181869', 'article', 'tk7plnra', 'Signing in with SSO', 'Set up SAML single sign-on, and what to do when it fails.', 'Single sign-on is part of the Business and Enterprise plans.


Upload the metadata of your identity provider.

Test with one person before you enforce it.


If a certificate changes, upload the new one before the old one ends.', '<p>Single sign-on is part of the Business and Enterprise plans.</p>
<ul>
<li>Upload the metadata of your identity provider.</li>
<li>Test with one person before you enforce it.</li>
</ul>
<p>If a certificate changes, upload the new one before the old one ends.</p>', NULL, 'published', 'https://help.trellis.example/en/articles/9181869', 'en', '4158393', NULL, NULL, '2026-01-13T01:28:17+00:00', '2026-05-05T17:05:09+00:00', NULL, NULL, NULL, NULL, '500101', 'collection', '[500101]', NULL, NULL, NULL, NULL, NULL, NULL, 3220, 56, 187, '{"type":"article_statistics","views":3220,"conversions":56,"conversations":56,"reactions":187,"happy_reaction_percentage":62.7,"neutral_reaction_percentage":16.2,"sad_reaction_percentage":21.1}', '{"type":"tag.list","tags":[]}', '{"type":"article_translated_content","en":{"type":"article_content","title":"Signing in with SSO","description":"Set up SAML single sign-on, and what to do when it fails.","body":"<p>Single sign-on is part of the Business and Enterprise plans.</p>\n<ul>\n<li>Upload the metadata of your identity provider.</li>\n<li>Test with one person before you enforce it.</li>\n</ul>\n<p>If a certificate changes, upload the new one before the old one ends.</p>","author_id":4158393,"state":"published","created_at":1768267697,"updated_at":1778000709,"url":"https://help.trellis.example/en/articles/9181869"},"de":{"type":"article_content","title":"Anmelden mit SSO","description":"Einrichten und was tun, wenn es klemmt.","body":"<p>SSO gehört zu Business und Enterprise.</p>\n<ul>\n<li>Metadaten hochladen.</li>\n<li>Mit einer Person testen.</li>\n</ul>\n<p>Erst dann für alle erzwingen.</p>","author_id":4158393,"state":"published","created_at":1768267697,"updated_at":1778000709,"url":"https://help.trellis.example/de/articles/9181869"}}', NULL, '2026-11-22T13:48:35.553508+00:00', NULL, NULL);
INSERT INTO main.articles VALUES ('9181876', 'article', 'tk7plnra', 'Importing tasks from a spreadsheet', 'What the file must look like, and how to undo an import.', 'You can import up to 20,000 tasks at once.


The first row names the columns.

Dates are written year-month-day.

People are matched by e-mail address.


An import can be undone for seven days.', '<p>You can import up to 20,000 tasks at once.</p>
<ul>
<li>The first row names the columns.</li>
<li>Dates are written year-month-day.</li>
<li>People are matched by e-mail address.</li>
</ul>
<p>An import can be undone for seven days.</p>', NULL, 'published', 'https://help.trellis.example/en/articles/9181876', 'en', '4158404', NULL, NULL, '2026-07-16T12:32:40+00:00', '2026-09-24T12:12:08+00:00', NULL, NULL, NULL, NULL, '500102', 'collection', '[500102]', NULL, NULL, NULL, NULL, NULL, NULL, 5161, 9, 155, '{"type":"article_statistics","views":5161,"conversions":9,"conversations":9,"reactions":155,"happy_reaction_percentage":63.3,"neutral_reaction_percentage":18.1,"sad_reaction_percentage":18.6}', '{"type":"tag.list","tags":[]}', '{"type":"article_translated_content","en":{"type":"article_content","title":"Importing tasks from a spreadsheet","description":"What the file must look like, and how to undo an import.","body":"<p>You can import up to 20,000 tasks at once.</p>\n<ul>\n<li>The first row names the columns.</li>\n<li>Dates are written year-month-day.</li>\n<li>People are matched by e-mail address.</li>\n</ul>\n<p>An import can be undone for seven days.</p>","author_id":4158404,"state":"published","created_at":1784205160,"updated_at":1790251928,"url":"https://help.trellis.example/en/articles/9181876"},"de":{"type":"article_content","title":"Aufgaben aus einer Tabelle übernehmen","description":"So muss die Datei aussehen.","body":"<p>Bis zu 20.000 Aufgaben auf einmal.</p>\n<ul>\n<li>Erste Zeile: Spaltennamen.</li>\n<li>Datum als Jahr-Monat-Tag.</li>\n</ul>","author_id":4158404,"state":"published","created_at":1784205160,"updated_at":1790251928,"url":"https://help.trellis.example/de/articles/9181876"}}', NULL, '2026-11-22T13:48:35.553508+00:00', NULL, NULL);
CREATE TABLE contact_companies(contact_id VARCHAR, company_id VARCHAR, _extra JSON, _synced_at TIMESTAMP WITH TIME ZONE, _deleted_at TIMESTAMP WITH TIME ZONE, _deleted_reason VARCHAR);
COMMENT ON TABLE main.contact_companies IS 'The companies of each contact, as far as Intercom lists them in the contact (at most 10). One row is one company of one contact.';
COMMENT ON COLUMN main.contact_companies."contact_id" IS 'The contact''s id, as in contacts.';
COMMENT ON COLUMN main.contact_companies."company_id" IS 'The company''s id, given by Intercom.';
COMMENT ON COLUMN main.contact_companies."_extra" IS 'Everything Intercom sent that has no column, or does not fit its column''s type.';
COMMENT ON COLUMN main.contact_companies."_synced_at" IS 'When this row was last written by a sync (UTC).';
COMMENT ON COLUMN main.contact_companies."_deleted_at" IS 'When the record was found to be gone from Intercom; NULL while it is there.';
COMMENT ON COLUMN main.contact_companies."_deleted_reason" IS 'Why it is gone: deleted, merged, archived or vanished.';
INSERT INTO main.contact_companies VALUES ('660d4a967a8177cc99602343', '65b741151f8eaa5ebe000000', NULL, '2026-11-22T13:48:35.354889+00:00', NULL, NULL);
INSERT INTO main.contact_companies VALUES ('66313f30dfa27cec80602342', '656c8ed2ccfc9463de000001', NULL, '2026-11-22T13:48:35.354889+00:00', NULL, NULL);
INSERT INTO main.contact_companies VALUES ('667f4324eef34c2f4f602341', '65b741151f8eaa5ebe000000', NULL, '2026-11-22T13:48:35.354889+00:00', NULL, NULL);
CREATE TABLE contact_tags(contact_id VARCHAR, tag_id VARCHAR, _extra JSON, _synced_at TIMESTAMP WITH TIME ZONE, _deleted_at TIMESTAMP WITH TIME ZONE, _deleted_reason VARCHAR);
COMMENT ON TABLE main.contact_tags IS 'The tags of each contact, as far as Intercom lists them in the contact (at most 10). One row is one tag of one contact.';
COMMENT ON COLUMN main.contact_tags."contact_id" IS 'The contact''s id, as in contacts.';
COMMENT ON COLUMN main.contact_tags."tag_id" IS 'The tag''s id, as in tags.';
COMMENT ON COLUMN main.contact_tags."_extra" IS 'Everything Intercom sent that has no column, or does not fit its column''s type.';
COMMENT ON COLUMN main.contact_tags."_synced_at" IS 'When this row was last written by a sync (UTC).';
COMMENT ON COLUMN main.contact_tags."_deleted_at" IS 'When the record was found to be gone from Intercom; NULL while it is there.';
COMMENT ON COLUMN main.contact_tags."_deleted_reason" IS 'Why it is gone: deleted, merged, archived or vanished.';
INSERT INTO main.contact_tags VALUES ('66313f30dfa27cec80602342', '6353989', NULL, '2026-11-22T13:48:35.354889+00:00', NULL, NULL);
INSERT INTO main.contact_tags VALUES ('66313f30dfa27cec80602342', '6354035', NULL, '2026-11-22T13:48:35.354889+00:00', NULL, NULL);
INSERT INTO main.contact_tags VALUES ('66313f30dfa27cec80602342', '6354087', NULL, '2026-11-22T13:48:35.354889+00:00', NULL, NULL);
CREATE TABLE contacts(id VARCHAR, "type" VARCHAR, workspace_id VARCHAR, external_id VARCHAR, "role" VARCHAR, "name" VARCHAR, email VARCHAR, email_domain VARCHAR, email_verified BOOLEAN, phone VARCHAR, formatted_phone VARCHAR, avatar JSON, owner_id VARCHAR, created_at TIMESTAMP WITH TIME ZONE, updated_at TIMESTAMP WITH TIME ZONE, signed_up_at TIMESTAMP WITH TIME ZONE, last_seen_at TIMESTAMP WITH TIME ZONE, last_replied_at TIMESTAMP WITH TIME ZONE, last_contacted_at TIMESTAMP WITH TIME ZONE, last_email_opened_at TIMESTAMP WITH TIME ZONE, last_email_clicked_at TIMESTAMP WITH TIME ZONE, has_hard_bounced BOOLEAN, marked_email_as_spam BOOLEAN, unsubscribed_from_emails BOOLEAN, unsubscribed_from_sms BOOLEAN, sms_consent BOOLEAN, enabled_push_messaging BOOLEAN, opted_in_subscription_types JSON, opted_out_subscription_types JSON, language_override VARCHAR, browser VARCHAR, browser_version VARCHAR, browser_language VARCHAR, os VARCHAR, android_app_name VARCHAR, android_app_version VARCHAR, android_device VARCHAR, android_os_version VARCHAR, android_sdk_version VARCHAR, android_last_seen_at TIMESTAMP WITH TIME ZONE, ios_app_name VARCHAR, ios_app_version VARCHAR, ios_device VARCHAR, ios_os_version VARCHAR, ios_sdk_version VARCHAR, ios_last_seen_at TIMESTAMP WITH TIME ZONE, referrer VARCHAR, utm_source VARCHAR, utm_medium VARCHAR, utm_campaign VARCHAR, utm_term VARCHAR, utm_content VARCHAR, "location" JSON, social_profiles JSON, custom_attributes JSON, tags JSON, companies JSON, notes JSON, merge_history JSON, _extra JSON, _synced_at TIMESTAMP WITH TIME ZONE, _deleted_at TIMESTAMP WITH TIME ZONE, _deleted_reason VARCHAR);
COMMENT ON TABLE main.contacts IS 'The people who use your product or write to you: users and leads. One row is one contact.';
COMMENT ON COLUMN main.contacts."id" IS 'The contact''s id, given by Intercom.';
COMMENT ON COLUMN main.contacts."type" IS 'Always contact.';
COMMENT ON COLUMN main.contacts."workspace_id" IS 'The id of the workspace the contact belongs to.';
COMMENT ON COLUMN main.contacts."external_id" IS 'The contact''s id in your own product; NULL if none was given.';
COMMENT ON COLUMN main.contacts."role" IS 'Whether the contact is a user (known to your product) or a lead (not yet).';
COMMENT ON COLUMN main.contacts."name" IS 'The contact''s name; NULL if unknown.';
COMMENT ON COLUMN main.contacts."email" IS 'The contact''s e-mail address; NULL if unknown.';
COMMENT ON COLUMN main.contacts."email_domain" IS 'The part of the e-mail address after the @.';
COMMENT ON COLUMN main.contacts."email_verified" IS 'Whether the contact proved to own the address; sent from API version 2.17 on.';
COMMENT ON COLUMN main.contacts."phone" IS 'The contact''s phone number; NULL if unknown.';
COMMENT ON COLUMN main.contacts."formatted_phone" IS 'The phone number in E.164 form; sent by API version 2.11 only.';
COMMENT ON COLUMN main.contacts."avatar" IS 'The contact''s picture, as an object with its image_url.';
COMMENT ON COLUMN main.contacts."owner_id" IS 'The id of the admin who owns the account; NULL if nobody does.';
COMMENT ON COLUMN main.contacts."created_at" IS 'When the contact was created (UTC).';
COMMENT ON COLUMN main.contacts."updated_at" IS 'When the contact last changed (UTC).';
COMMENT ON COLUMN main.contacts."signed_up_at" IS 'When the contact signed up for your product (UTC); NULL if unknown.';
COMMENT ON COLUMN main.contacts."last_seen_at" IS 'When the contact was last seen in your product (UTC); NULL if never.';
COMMENT ON COLUMN main.contacts."last_replied_at" IS 'When the contact last wrote a message (UTC); NULL if never.';
COMMENT ON COLUMN main.contacts."last_contacted_at" IS 'When the contact was last sent a message (UTC); NULL if never.';
COMMENT ON COLUMN main.contacts."last_email_opened_at" IS 'When the contact last opened an e-mail (UTC); NULL if never.';
COMMENT ON COLUMN main.contacts."last_email_clicked_at" IS 'When the contact last followed a link in an e-mail (UTC); NULL if never.';
COMMENT ON COLUMN main.contacts."has_hard_bounced" IS 'Whether an e-mail to the contact came back for good.';
COMMENT ON COLUMN main.contacts."marked_email_as_spam" IS 'Whether the contact marked an e-mail as spam.';
COMMENT ON COLUMN main.contacts."unsubscribed_from_emails" IS 'Whether the contact unsubscribed from e-mails.';
COMMENT ON COLUMN main.contacts."unsubscribed_from_sms" IS 'Whether the contact unsubscribed from text messages.';
COMMENT ON COLUMN main.contacts."sms_consent" IS 'Whether the contact agreed to receive text messages.';
COMMENT ON COLUMN main.contacts."enabled_push_messaging" IS 'Whether the contact allows push messages; NULL if never asked.';
COMMENT ON COLUMN main.contacts."opted_in_subscription_types" IS 'The subscription types opted in to, at most 10 with their count.';
COMMENT ON COLUMN main.contacts."opted_out_subscription_types" IS 'The subscription types opted out of, at most 10 with their count.';
COMMENT ON COLUMN main.contacts."language_override" IS 'The language set for the contact, whatever the browser says; NULL if none.';
COMMENT ON COLUMN main.contacts."browser" IS 'The name of the contact''s browser.';
COMMENT ON COLUMN main.contacts."browser_version" IS 'The version of the contact''s browser.';
COMMENT ON COLUMN main.contacts."browser_language" IS 'The language of the contact''s browser.';
COMMENT ON COLUMN main.contacts."os" IS 'The operating system the contact uses.';
COMMENT ON COLUMN main.contacts."android_app_name" IS 'The name of the Android app the contact uses; NULL if none.';
COMMENT ON COLUMN main.contacts."android_app_version" IS 'The version of the Android app.';
COMMENT ON COLUMN main.contacts."android_device" IS 'The Android device.';
COMMENT ON COLUMN main.contacts."android_os_version" IS 'The version of Android.';
COMMENT ON COLUMN main.contacts."android_sdk_version" IS 'The version of Intercom''s SDK in the Android app.';
COMMENT ON COLUMN main.contacts."android_last_seen_at" IS 'When the contact last used the Android app (UTC); NULL if never.';
COMMENT ON COLUMN main.contacts."ios_app_name" IS 'The name of the iOS app the contact uses; NULL if none.';
COMMENT ON COLUMN main.contacts."ios_app_version" IS 'The version of the iOS app.';
COMMENT ON COLUMN main.contacts."ios_device" IS 'The iOS device.';
COMMENT ON COLUMN main.contacts."ios_os_version" IS 'The version of iOS.';
COMMENT ON COLUMN main.contacts."ios_sdk_version" IS 'The version of Intercom''s SDK in the iOS app.';
COMMENT ON COLUMN main.contacts."ios_last_seen_at" IS 'When the contact last used the iOS app (UTC); NULL if never.';
COMMENT ON COLUMN main.contacts."referrer" IS 'The page that led the contact to your site; NULL if unknown.';
COMMENT ON COLUMN main.contacts."utm_source" IS 'The utm_source of the contact''s first visit; NULL if none.';
COMMENT ON COLUMN main.contacts."utm_medium" IS 'The utm_medium of the contact''s first visit; NULL if none.';
COMMENT ON COLUMN main.contacts."utm_campaign" IS 'The utm_campaign of the contact''s first visit; NULL if none.';
COMMENT ON COLUMN main.contacts."utm_term" IS 'The utm_term of the contact''s first visit; NULL if none.';
COMMENT ON COLUMN main.contacts."utm_content" IS 'The utm_content of the contact''s first visit; NULL if none.';
COMMENT ON COLUMN main.contacts."location" IS 'Where the contact is, as an object with country, region and city.';
COMMENT ON COLUMN main.contacts."social_profiles" IS 'The contact''s profiles on social networks, as a list in data.';
COMMENT ON COLUMN main.contacts."custom_attributes" IS 'Your workspace''s own attributes of the contact, by name.';
COMMENT ON COLUMN main.contacts."tags" IS 'At most 10 tags as ids, with total_count and has_more; as rows in contact_tags.';
COMMENT ON COLUMN main.contacts."companies" IS 'At most 10 companies as ids, with total_count; as rows in contact_companies.';
COMMENT ON COLUMN main.contacts."notes" IS 'At most 10 notes as ids, with total_count and has_more.';
COMMENT ON COLUMN main.contacts."merge_history" IS 'The contacts merged into this one; NULL unless asked for, from API 2.16 on.';
COMMENT ON COLUMN main.contacts."_extra" IS 'Everything Intercom sent that has no column, or does not fit its column''s type.';
COMMENT ON COLUMN main.contacts."_synced_at" IS 'When this row was last written by a sync (UTC).';
COMMENT ON COLUMN main.contacts."_deleted_at" IS 'When the record was found to be gone from Intercom; NULL while it is there.';
COMMENT ON COLUMN main.contacts."_deleted_reason" IS 'Why it is gone: deleted, merged, archived or vanished.';
INSERT INTO main.contacts VALUES ('660d4a967a8177cc99602343', 'contact', 'tk7plnra', 'u-48002', 'user', 'Pascal Perrin', 'pascal2@meridien-edition0.example', 'meridien-edition0.example', NULL, NULL, NULL, NULL, '4158393', '2026-04-02T20:35:30+00:00', '2026-11-14T18:18:12+00:00', '2026-04-02T20:35:30+00:00', '2026-11-14T18:18:12+00:00', NULL, '2026-06-05T05:03:24+00:00', '2026-10-30T07:22:44+00:00', NULL, False, False, False, NULL, NULL, NULL, '{"type":"list","data":[],"url":"/contacts/660d4a967a8177cc99602343/subscriptions","total_count":0,"has_more":false}', '{"type":"list","data":[],"url":"/contacts/660d4a967a8177cc99602343/subscriptions","total_count":0,"has_more":false}', NULL, 'chrome', '108.0', 'fr', 'Windows 10', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '{"type":"location","country":"France","region":"Hauts-de-France","city":"Lille","country_code":"FR","continent_code":"EU"}', '{"type":"list","data":[]}', '{"Job title":"Project manager","projects_created":2,"trial":false,"NPS score":3,"Renewal date":1806698130}', '{"type":"list","data":[],"url":"/contacts/660d4a967a8177cc99602343/tags","total_count":0,"has_more":false}', '{"type":"list","data":[{"id":"65b741151f8eaa5ebe000000","type":"company","url":"/companies/65b741151f8eaa5ebe000000"}],"url":"/contacts/660d4a967a8177cc99602343/companies","total_count":1,"has_more":false}', '{"type":"list","data":[],"url":"/contacts/660d4a967a8177cc99602343/notes","total_count":0,"has_more":false}', NULL, '{"nickname": "Bee", "_": [1]}', '2026-11-22T13:48:35.354889+00:00', NULL, NULL);
INSERT INTO main.contacts VALUES ('66313f30dfa27cec80602342', 'contact', 'tk7plnra', 'u-48001', 'user', 'Aoife Turner', 'aturner1@merseyside-surveyors1.example', 'merseyside-surveyors1.example', NULL, NULL, NULL, NULL, '4158393', '2025-11-13T16:17:17+00:00', '2026-10-03T20:17:34+00:00', '2025-11-13T16:17:17+00:00', '2026-10-03T20:17:34+00:00', NULL, NULL, NULL, NULL, False, False, False, NULL, NULL, NULL, '{"type":"list","data":[],"url":"/contacts/66313f30dfa27cec80602342/subscriptions","total_count":0,"has_more":false}', '{"type":"list","data":[],"url":"/contacts/66313f30dfa27cec80602342/subscriptions","total_count":0,"has_more":false}', NULL, 'chrome', '131.0', 'en', 'Windows 11', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '{"type":"location","country":"United Kingdom","region":"England","city":"London","country_code":"GB","continent_code":"EU"}', '{"type":"list","data":[]}', '{"Job title":null,"projects_created":239,"trial":false,"NPS score":null,"Renewal date":1794586637}', '{"type":"list","data":[{"id":"6353989","type":"tag","url":"/tags/6353989"},{"id":"6354035","type":"tag","url":"/tags/6354035"},{"id":"6354087","type":"tag","url":"/tags/6354087"}],"url":"/contacts/66313f30dfa27cec80602342/tags","total_count":3,"has_more":false}', '{"type":"list","data":[{"id":"656c8ed2ccfc9463de000001","type":"company","url":"/companies/656c8ed2ccfc9463de000001"}],"url":"/contacts/66313f30dfa27cec80602342/companies","total_count":1,"has_more":false}', '{"type":"list","data":[],"url":"/contacts/66313f30dfa27cec80602342/notes","total_count":0,"has_more":false}', NULL, NULL, '2026-11-22T13:48:35.354889+00:00', NULL, NULL);
INSERT INTO main.contacts VALUES ('664f6928b07e5f9488602344', 'contact', 'tk7plnra', NULL, 'lead', 'Sören Lehmann', 'soeren.lehmann+trellis3@postfach.example', 'postfach.example', NULL, '+49305558997', NULL, NULL, NULL, '2026-08-19T19:41:28+00:00', '2026-10-19T11:15:48+00:00', NULL, '2026-10-19T11:15:48+00:00', NULL, NULL, NULL, NULL, False, False, False, NULL, NULL, NULL, '{"type":"list","data":[],"url":"/contacts/664f6928b07e5f9488602344/subscriptions","total_count":0,"has_more":false}', '{"type":"list","data":[],"url":"/contacts/664f6928b07e5f9488602344/subscriptions","total_count":0,"has_more":false}', NULL, 'edge', '103.0', 'de', 'OS X 14.5', NULL, NULL, NULL, NULL, NULL, NULL, 'Trellis', '4.1.0', 'iPhone15,2', '17.5.1', '17.2.1', '2026-10-19T11:15:48+00:00', NULL, NULL, NULL, NULL, NULL, NULL, '{"type":"location","country":"Germany","region":"Berlin","city":"Berlin","country_code":"DE","continent_code":"EU"}', '{"type":"list","data":[]}', '{"Job title":"Intern","projects_created":70,"trial":false,"NPS score":null,"Renewal date":1818704488,"Größe \"Team\" / équipe":"4 to 139","Came from":"a \"friend\""}', '{"type":"list","data":[],"url":"/contacts/664f6928b07e5f9488602344/tags","total_count":0,"has_more":false}', '{"type":"list","data":[],"url":"/contacts/664f6928b07e5f9488602344/companies","total_count":0,"has_more":false}', '{"type":"list","data":[{"id":"25201936","type":"note","url":"/notes/25201936"}],"url":"/contacts/664f6928b07e5f9488602344/notes","total_count":1,"has_more":false}', NULL, NULL, '2026-11-22T13:48:35.354889+00:00', NULL, NULL);
INSERT INTO main.contacts VALUES ('667f4324eef34c2f4f602341', 'contact', 'tk7plnra', 'u-48000', 'user', 'Aurélie Lefèvre', 'aurelie.lefevre0@meridien-edition0.example', 'meridien-edition0.example', NULL, NULL, NULL, NULL, NULL, '2025-07-16T11:10:59+00:00', '2026-09-27T05:46:25+00:00', '2025-07-16T11:10:59+00:00', '2026-09-27T05:46:25+00:00', '2025-09-09T19:54:17+00:00', NULL, NULL, NULL, False, False, True, NULL, NULL, NULL, '{"type":"list","data":[],"url":"/contacts/667f4324eef34c2f4f602341/subscriptions","total_count":0,"has_more":false}', '{"type":"list","data":[],"url":"/contacts/667f4324eef34c2f4f602341/subscriptions","total_count":0,"has_more":false}', NULL, 'chrome', '128.0', 'fr', 'Windows 10', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '{"type":"location","country":"France","region":"Auvergne-Rhône-Alpes","city":"Lyon","country_code":"FR","continent_code":"EU"}', '{"type":"list","data":[]}', '{"Job title":null,"projects_created":91,"trial":false,"NPS score":7,"Renewal date":1784200259}', '{"type":"list","data":[],"url":"/contacts/667f4324eef34c2f4f602341/tags","total_count":0,"has_more":false}', '{"type":"list","data":[{"id":"65b741151f8eaa5ebe000000","type":"company","url":"/companies/65b741151f8eaa5ebe000000"}],"url":"/contacts/667f4324eef34c2f4f602341/companies","total_count":1,"has_more":false}', '{"type":"list","data":[{"id":"25201924","type":"note","url":"/notes/25201924"},{"id":"25201925","type":"note","url":"/notes/25201925"}],"url":"/contacts/667f4324eef34c2f4f602341/notes","total_count":2,"has_more":false}', NULL, NULL, '2026-11-22T13:48:35.354889+00:00', NULL, NULL);
CREATE TABLE conversation_contacts(conversation_id VARCHAR, contact_id VARCHAR, external_id VARCHAR, _extra JSON, _synced_at TIMESTAMP WITH TIME ZONE, _deleted_at TIMESTAMP WITH TIME ZONE, _deleted_reason VARCHAR);
COMMENT ON TABLE main.conversation_contacts IS 'The contacts in each conversation: one, unless it is a group conversation. One row is one contact in one conversation.';
COMMENT ON COLUMN main.conversation_contacts."conversation_id" IS 'The conversation''s id, as in conversations.';
COMMENT ON COLUMN main.conversation_contacts."contact_id" IS 'The contact''s id, as in contacts.';
COMMENT ON COLUMN main.conversation_contacts."external_id" IS 'The contact''s id in your own product; NULL if none was given.';
COMMENT ON COLUMN main.conversation_contacts."_extra" IS 'Everything Intercom sent that has no column, or does not fit its column''s type.';
COMMENT ON COLUMN main.conversation_contacts."_synced_at" IS 'When this row was last written by a sync (UTC).';
COMMENT ON COLUMN main.conversation_contacts."_deleted_at" IS 'When the record was found to be gone from Intercom; NULL while it is there.';
COMMENT ON COLUMN main.conversation_contacts."_deleted_reason" IS 'Why it is gone: deleted, merged, archived or vanished.';
INSERT INTO main.conversation_contacts VALUES ('228821784859524', '667f4324eef34c2f4f602341', 'u-48000', NULL, '2026-11-22T13:48:35.553508+00:00', NULL, NULL);
INSERT INTO main.conversation_contacts VALUES ('228821784859541', '667f4324eef34c2f4f602341', 'u-48000', NULL, '2026-11-22T13:48:35.553508+00:00', NULL, NULL);
INSERT INTO main.conversation_contacts VALUES ('228821784859558', '66313f30dfa27cec80602342', 'u-48001', NULL, '2026-11-22T13:48:35.553508+00:00', NULL, NULL);
CREATE TABLE conversation_parts(id VARCHAR, "type" VARCHAR, conversation_id VARCHAR, part_type VARCHAR, created_at TIMESTAMP WITH TIME ZONE, updated_at TIMESTAMP WITH TIME ZONE, notified_at TIMESTAMP WITH TIME ZONE, author_type VARCHAR, author_id VARCHAR, author_name VARCHAR, author_email VARCHAR, author_from_ai_agent BOOLEAN, assigned_to_type VARCHAR, assigned_to_id VARCHAR, body_text VARCHAR, body VARCHAR, state VARCHAR, redacted BOOLEAN, external_id VARCHAR, app_package_code VARCHAR, author JSON, assigned_to JSON, attachments JSON, tags JSON, event_details JSON, email_message_metadata JSON, metadata JSON, _extra JSON, _synced_at TIMESTAMP WITH TIME ZONE, _deleted_at TIMESTAMP WITH TIME ZONE, _deleted_reason VARCHAR);
COMMENT ON TABLE main.conversation_parts IS 'Every message, note, assignment, close and other event of a conversation after its opening message, which is conversations.source. One row is one part of a conversation.';
COMMENT ON COLUMN main.conversation_parts."id" IS 'The part''s id, given by Intercom.';
COMMENT ON COLUMN main.conversation_parts."type" IS 'Always conversation_part.';
COMMENT ON COLUMN main.conversation_parts."conversation_id" IS 'The conversation''s id, as in conversations.';
COMMENT ON COLUMN main.conversation_parts."part_type" IS 'What happened, such as comment, note, assignment, open, close or snoozed.';
COMMENT ON COLUMN main.conversation_parts."created_at" IS 'When the part was created (UTC).';
COMMENT ON COLUMN main.conversation_parts."updated_at" IS 'When the part last changed (UTC).';
COMMENT ON COLUMN main.conversation_parts."notified_at" IS 'When people were notified of the part (UTC).';
COMMENT ON COLUMN main.conversation_parts."author_type" IS 'Who wrote the part: user, lead, admin, team or bot.';
COMMENT ON COLUMN main.conversation_parts."author_id" IS 'The author''s id, of a contact or an admin by author_type.';
COMMENT ON COLUMN main.conversation_parts."author_name" IS 'The author''s name.';
COMMENT ON COLUMN main.conversation_parts."author_email" IS 'The author''s e-mail address.';
COMMENT ON COLUMN main.conversation_parts."author_from_ai_agent" IS 'Whether Fin, the AI agent, wrote the part; NULL before API version 2.14.';
COMMENT ON COLUMN main.conversation_parts."assigned_to_type" IS 'Whether the part assigned to an admin or a team; NULL if it did not.';
COMMENT ON COLUMN main.conversation_parts."assigned_to_id" IS 'The id of the admin or team it assigned to; NULL if it did not.';
COMMENT ON COLUMN main.conversation_parts."body_text" IS 'The body as plain text; NULL if the part has none.';
COMMENT ON COLUMN main.conversation_parts."body" IS 'The body, which may hold HTML; NULL if the part has none.';
COMMENT ON COLUMN main.conversation_parts."state" IS 'The conversation''s state when the part was created: open, closed or snoozed.';
COMMENT ON COLUMN main.conversation_parts."redacted" IS 'Whether the part''s content was redacted.';
COMMENT ON COLUMN main.conversation_parts."external_id" IS 'The part''s id in an external system; NULL if none was given.';
COMMENT ON COLUMN main.conversation_parts."app_package_code" IS 'The app that created the part through the API; NULL if none did.';
COMMENT ON COLUMN main.conversation_parts."author" IS 'Who wrote the part, with type, id, name, e-mail and whether Fin did.';
COMMENT ON COLUMN main.conversation_parts."assigned_to" IS 'The admin or team the part assigned the conversation to; NULL if it did not.';
COMMENT ON COLUMN main.conversation_parts."attachments" IS 'The files attached to the part.';
COMMENT ON COLUMN main.conversation_parts."tags" IS 'The tags put on the part.';
COMMENT ON COLUMN main.conversation_parts."event_details" IS 'What changed, for a part that is an event; NULL otherwise.';
COMMENT ON COLUMN main.conversation_parts."email_message_metadata" IS 'The subject and headers of an e-mail; NULL otherwise.';
COMMENT ON COLUMN main.conversation_parts."metadata" IS 'The quick replies offered or chosen in the part; NULL if there are none.';
COMMENT ON COLUMN main.conversation_parts."_extra" IS 'Everything Intercom sent that has no column, or does not fit its column''s type.';
COMMENT ON COLUMN main.conversation_parts."_synced_at" IS 'When this row was last written by a sync (UTC).';
COMMENT ON COLUMN main.conversation_parts."_deleted_at" IS 'When the record was found to be gone from Intercom; NULL while it is there.';
COMMENT ON COLUMN main.conversation_parts."_deleted_reason" IS 'Why it is gone: deleted, merged, archived or vanished.';
INSERT INTO main.conversation_parts VALUES ('32201716515', 'conversation_part', '228821784859524', 'comment', '2025-06-14T19:39:31+00:00', '2025-06-14T19:39:31+00:00', '2025-06-14T19:39:31+00:00', 'bot', '7410', 'Trellis bot', 'operator+tk7plnra@trellis.example', False, NULL, NULL, 'Bonjour Aurélie ! Quelqu''un va vous répondre. En attendant, notre centre d''aide peut vous aider.', '<p>Bonjour Aurélie ! Quelqu''un va vous répondre. En attendant, notre <a href="https://help.trellis.example/fr" rel="nofollow noopener noreferrer" target="_blank">centre d''aide</a> peut vous aider.</p>', 'open', False, NULL, NULL, '{"type":"bot","id":"7410","name":"Trellis bot","email":"operator+tk7plnra@trellis.example","from_ai_agent":false,"is_ai_answer":false}', NULL, '[]', '[]', NULL, NULL, '{}', NULL, '2026-11-22T13:48:35.553508+00:00', NULL, NULL);
INSERT INTO main.conversation_parts VALUES ('32201716516', 'conversation_part', '228821784859524', 'assignment', '2025-06-14T19:39:38+00:00', '2025-06-14T19:39:38+00:00', '2025-06-14T19:39:38+00:00', 'bot', '7410', 'Trellis bot', 'operator+tk7plnra@trellis.example', False, 'team', '5485892', NULL, NULL, 'open', False, NULL, NULL, '{"type":"bot","id":"7410","name":"Trellis bot","email":"operator+tk7plnra@trellis.example","from_ai_agent":false,"is_ai_answer":false}', '{"type":"team","id":"5485892"}', '[]', '[]', NULL, NULL, '{}', NULL, '2026-11-22T13:48:35.553508+00:00', NULL, NULL);
INSERT INTO main.conversation_parts VALUES ('32201716517', 'conversation_part', '228821784859524', 'assignment', '2025-06-14T22:15:17+00:00', '2025-06-14T22:15:17+00:00', '2025-06-14T22:15:17+00:00', 'admin', '4158404', 'Jonas Byrne', 'jonas@trellis.example', NULL, 'admin', '4158404', NULL, NULL, 'open', False, NULL, NULL, '{"type":"admin","id":"4158404","name":"Jonas Byrne","email":"jonas@trellis.example"}', '{"type":"admin","id":"4158404"}', '[]', '[]', NULL, NULL, '{}', NULL, '2026-11-22T13:48:35.553508+00:00', NULL, NULL);
INSERT INTO main.conversation_parts VALUES ('32201716518', 'conversation_part', '228821784859524', 'comment', '2025-06-15T12:51:29+00:00', '2025-06-15T12:51:29+00:00', '2025-06-15T12:51:29+00:00', 'admin', '4158404', 'Jonas Byrne', 'jonas@trellis.example', NULL, NULL, NULL, 'Bienvenue, Aurélie ! Quels projets planifiez-vous ?', '<p>Bienvenue, Aurélie ! Quels projets planifiez-vous ?</p>', 'open', False, NULL, NULL, '{"type":"admin","id":"4158404","name":"Jonas Byrne","email":"jonas@trellis.example"}', NULL, '[]', '[]', NULL, NULL, '{}', NULL, '2026-11-22T13:48:35.553508+00:00', NULL, NULL);
INSERT INTO main.conversation_parts VALUES ('32201716519', 'conversation_part', '228821784859524', 'comment', '2025-06-16T04:30:37+00:00', '2025-06-16T04:30:37+00:00', '2025-06-16T04:30:37+00:00', 'user', '667f4324eef34c2f4f602341', 'Aurélie Lefèvre', 'aurelie.lefevre0@meridien-edition0.example', NULL, NULL, NULL, 'Surtout des sites, jusqu''ici avec des tableurs.', '<p>Surtout des sites, jusqu''ici avec des tableurs.</p>', 'open', False, NULL, NULL, '{"type":"user","id":"667f4324eef34c2f4f602341","name":"Aurélie Lefèvre","email":"aurelie.lefevre0@meridien-edition0.example"}', NULL, '[]', '[]', NULL, NULL, '{}', NULL, '2026-11-22T13:48:35.553508+00:00', NULL, NULL);
INSERT INTO main.conversation_parts VALUES ('32201716520', 'conversation_part', '228821784859524', 'comment', '2025-06-16T12:16:54+00:00', '2025-06-16T12:16:54+00:00', '2025-06-16T12:16:54+00:00', 'admin', '4158404', 'Jonas Byrne', 'jonas@trellis.example', NULL, NULL, NULL, 'Commencez par le modèle « Lancement de site » et Portail client comme pilote.', '<p>Commencez par le modèle « Lancement de site » et Portail client comme pilote.</p>', 'open', False, NULL, NULL, '{"type":"admin","id":"4158404","name":"Jonas Byrne","email":"jonas@trellis.example"}', NULL, '[]', '[]', NULL, NULL, '{}', NULL, '2026-11-22T13:48:35.553508+00:00', NULL, NULL);
INSERT INTO main.conversation_parts VALUES ('32201716521', 'conversation_part', '228821784859524', 'comment', '2025-06-16T13:35:43+00:00', '2025-06-16T13:35:43+00:00', '2025-06-16T13:35:43+00:00', 'user', '667f4324eef34c2f4f602341', 'Aurélie Lefèvre', 'aurelie.lefevre0@meridien-edition0.example', NULL, NULL, NULL, 'Ça fonctionne, merci beaucoup 😊', '<p>Ça fonctionne, merci beaucoup 😊</p>', 'open', False, NULL, NULL, '{"type":"user","id":"667f4324eef34c2f4f602341","name":"Aurélie Lefèvre","email":"aurelie.lefevre0@meridien-edition0.example"}', NULL, '[{"type":"upload","name":"screenshot-0-7.png","url":"https://downloads.trellis.example/i/o/0/7","content_type":"image/png","filesize":747004,"width":1280,"height":800}]', '[]', NULL, NULL, '{}', NULL, '2026-11-22T13:48:35.553508+00:00', NULL, NULL);
INSERT INTO main.conversation_parts VALUES ('32201716522', 'conversation_part', '228821784859524', 'close', '2025-06-16T14:03:34+00:00', '2025-06-16T14:03:34+00:00', '2025-06-16T14:03:34+00:00', 'admin', '4158404', 'Jonas Byrne', 'jonas@trellis.example', NULL, NULL, NULL, 'Avec plaisir, Aurélie ! Je ferme la conversation ; répondez ici si besoin.', '<p>Avec plaisir, Aurélie ! Je ferme la conversation ; répondez ici si besoin.</p>', 'closed', False, NULL, NULL, '{"type":"admin","id":"4158404","name":"Jonas Byrne","email":"jonas@trellis.example"}', NULL, '[]', '[]', NULL, NULL, '{}', NULL, '2026-11-22T13:48:35.553508+00:00', NULL, NULL);
INSERT INTO main.conversation_parts VALUES ('32201732899', 'conversation_part', '228821784859541', 'comment', '2025-11-14T16:01:18+00:00', '2025-11-14T16:01:18+00:00', '2025-11-14T16:01:18+00:00', 'bot', '7410', 'Fin', 'operator+tk7plnra@trellis.example', True, NULL, NULL, 'Voici la marche à suivre (centre d''aide) :


ouvrez les paramètres,

choisissez la rubrique,

enregistrez puis rechargez la page.


Est-ce que cela vous aide ?', '<p>Voici la marche à suivre (<a href="https://help.trellis.example/fr" rel="nofollow noopener noreferrer" target="_blank">centre d''aide</a>) :</p>
<ul>
<li>ouvrez les paramètres,</li>
<li>choisissez la rubrique,</li>
<li>enregistrez puis rechargez la page.</li>
</ul>
<p>Est-ce que cela vous aide ?</p>', 'open', False, NULL, NULL, '{"type":"bot","id":"7410","name":"Fin","email":"operator+tk7plnra@trellis.example","from_ai_agent":true,"is_ai_answer":true}', NULL, '[]', '[]', NULL, '{"subject":"Re: Dates inversées après l''import","email_address_headers":[{"type":"from","email_address":"support@trellis.example","name":"Trellis"},{"type":"to","email_address":"aurelie.lefevre0@meridien-edition0.example","name":null}]}', '{}', NULL, '2026-11-22T13:48:35.553508+00:00', NULL, NULL);
INSERT INTO main.conversation_parts VALUES ('32201732900', 'conversation_part', '228821784859541', 'quick_reply', '2025-11-14T16:01:21+00:00', '2025-11-14T16:01:21+00:00', '2025-11-14T16:01:21+00:00', 'bot', '7410', 'Trellis bot', 'operator+tk7plnra@trellis.example', False, NULL, NULL, 'Est-ce que cela vous a aidé ?', '<p>Est-ce que cela vous a aidé ?</p>', 'open', False, NULL, NULL, '{"type":"bot","id":"7410","name":"Trellis bot","email":"operator+tk7plnra@trellis.example","from_ai_agent":false,"is_ai_answer":false}', NULL, '[]', '[]', NULL, '{"subject":"Re: Dates inversées après l''import","email_address_headers":[{"type":"from","email_address":"support@trellis.example","name":"Trellis"},{"type":"to","email_address":"aurelie.lefevre0@meridien-edition0.example","name":null}]}', '{"quick_reply_options":[{"text":"Oui, merci","uuid":"00000000-0000-4000-9fbd-3adca4997fa2"},{"text":"Parler à quelqu''un","uuid":"00000000-0000-4000-9fbd-3adca4997fa3"}]}', NULL, '2026-11-22T13:48:35.553508+00:00', NULL, NULL);
INSERT INTO main.conversation_parts VALUES ('32201732901', 'conversation_part', '228821784859541', 'comment', '2025-11-14T16:11:49+00:00', '2025-11-14T16:11:49+00:00', '2025-11-14T16:11:49+00:00', 'user', '667f4324eef34c2f4f602341', 'Aurélie Lefèvre', 'aurelie.lefevre0@meridien-edition0.example', NULL, NULL, NULL, 'un humain svp', '<p>un humain svp</p>', 'open', False, NULL, NULL, '{"type":"user","id":"667f4324eef34c2f4f602341","name":"Aurélie Lefèvre","email":"aurelie.lefevre0@meridien-edition0.example"}', NULL, '[]', '[]', NULL, '{"subject":"Re: Dates inversées après l''import","email_address_headers":[{"type":"from","email_address":"aurelie.lefevre0@meridien-edition0.example","name":"Aurélie Lefèvre"},{"type":"to","email_address":"support@trellis.example","name":null}]}', '{}', NULL, '2026-11-22T13:48:35.553508+00:00', NULL, NULL);
INSERT INTO main.conversation_parts VALUES ('32201732902', 'conversation_part', '228821784859541', 'comment', '2025-11-14T16:11:57+00:00', '2025-11-14T16:11:57+00:00', '2025-11-14T16:11:57+00:00', 'bot', '7410', 'Trellis bot', 'operator+tk7plnra@trellis.example', False, NULL, NULL, 'Bien sûr, je préviens l''équipe. Elle verra tout ce que vous avez écrit.', '<p>Bien sûr, je préviens l''équipe. Elle verra tout ce que vous avez écrit.</p>', 'open', False, NULL, NULL, '{"type":"bot","id":"7410","name":"Trellis bot","email":"operator+tk7plnra@trellis.example","from_ai_agent":false,"is_ai_answer":false}', NULL, '[]', '[]', NULL, '{"subject":"Re: Dates inversées après l''import","email_address_headers":[{"type":"from","email_address":"support@trellis.example","name":"Trellis"},{"type":"to","email_address":"aurelie.lefevre0@meridien-edition0.example","name":null}]}', '{}', NULL, '2026-11-22T13:48:35.553508+00:00', NULL, NULL);
INSERT INTO main.conversation_parts VALUES ('32201732903', 'conversation_part', '228821784859541', 'assignment', '2025-11-14T16:12:00+00:00', '2025-11-14T16:12:00+00:00', '2025-11-14T16:12:00+00:00', 'bot', '7410', 'Trellis bot', 'operator+tk7plnra@trellis.example', False, 'team', '5485859', NULL, NULL, 'open', False, NULL, NULL, '{"type":"bot","id":"7410","name":"Trellis bot","email":"operator+tk7plnra@trellis.example","from_ai_agent":false,"is_ai_answer":false}', '{"type":"team","id":"5485859"}', '[]', '[]', NULL, NULL, '{}', NULL, '2026-11-22T13:48:35.553508+00:00', NULL, NULL);
INSERT INTO main.conversation_parts VALUES ('32201732904', 'conversation_part', '228821784859541', 'assignment', '2025-11-14T16:54:31+00:00', '2025-11-14T16:54:31+00:00', '2025-11-14T16:54:31+00:00', 'admin', '4158393', 'Maya Mensah', 'maya@trellis.example', NULL, 'admin', '4158393', NULL, NULL, 'open', False, NULL, NULL, '{"type":"admin","id":"4158393","name":"Maya Mensah","email":"maya@trellis.example"}', '{"type":"admin","id":"4158393"}', '[]', '[]', NULL, NULL, '{}', NULL, '2026-11-22T13:48:35.553508+00:00', NULL, NULL);
INSERT INTO main.conversation_parts VALUES ('32201732905', 'conversation_part', '228821784859541', 'comment', '2025-11-14T17:14:24+00:00', '2025-11-14T17:14:24+00:00', '2025-11-14T17:14:24+00:00', 'admin', '4158393', 'Maya Mensah', 'maya@trellis.example', NULL, NULL, NULL, 'Pouvez-vous m''envoyer les 20 premières lignes, Aurélie ?', '<p>Pouvez-vous m''envoyer les 20 premières lignes, Aurélie ?</p>', 'open', False, NULL, NULL, '{"type":"admin","id":"4158393","name":"Maya Mensah","email":"maya@trellis.example"}', NULL, '[]', '[]', NULL, '{"subject":"Re: Dates inversées après l''import","email_address_headers":[{"type":"from","email_address":"support@trellis.example","name":"Trellis"},{"type":"to","email_address":"aurelie.lefevre0@meridien-edition0.example","name":null}]}', '{}', NULL, '2026-11-22T13:48:35.553508+00:00', NULL, NULL);
INSERT INTO main.conversation_parts VALUES ('32201732906', 'conversation_part', '228821784859541', 'comment', '2025-11-14T18:50:37+00:00', '2025-11-14T18:50:37+00:00', '2025-11-14T18:50:37+00:00', 'user', '667f4324eef34c2f4f602341', 'Aurélie Lefèvre', 'aurelie.lefevre0@meridien-edition0.example', NULL, NULL, NULL, 'Les voici, séparées par des points-virgules.', '<p>Les voici, séparées par des points-virgules.</p>', 'open', False, NULL, NULL, '{"type":"user","id":"667f4324eef34c2f4f602341","name":"Aurélie Lefèvre","email":"aurelie.lefevre0@meridien-edition0.example"}', NULL, '[]', '[]', NULL, '{"subject":"Re: Dates inversées après l''import","email_address_headers":[{"type":"from","email_address":"aurelie.lefevre0@meridien-edition0.example","name":"Aurélie Lefèvre"},{"type":"to","email_address":"support@trellis.example","name":null}]}', '{}', NULL, '2026-11-22T13:48:35.553508+00:00', NULL, NULL);
INSERT INTO main.conversation_parts VALUES ('32201732907', 'conversation_part', '228821784859541', 'note', '2025-11-14T19:28:26+00:00', '2025-11-14T19:28:26+00:00', '2025-11-14T19:28:26+00:00', 'admin', '4158393', 'Maya Mensah', 'maya@trellis.example', NULL, NULL, NULL, 'Day/month again, we should detect this.', '<p>Day/month again, we should detect this.</p>', 'open', False, NULL, NULL, '{"type":"admin","id":"4158393","name":"Maya Mensah","email":"maya@trellis.example"}', NULL, '[]', '[]', NULL, NULL, '{}', NULL, '2026-11-22T13:48:35.553508+00:00', NULL, NULL);
INSERT INTO main.conversation_parts VALUES ('32201732908', 'conversation_part', '228821784859541', 'note', '2025-11-14T20:46:47+00:00', '2025-11-14T20:46:47+00:00', '2025-11-14T20:46:47+00:00', 'admin', '4158404', 'Jonas Byrne', 'jonas@trellis.example', NULL, NULL, NULL, 'Nothing odd in the logs. Ask them for a screen recording?', '<p>Nothing odd in the logs. Ask them for a screen recording?</p>', 'open', False, NULL, NULL, '{"type":"admin","id":"4158404","name":"Jonas Byrne","email":"jonas@trellis.example"}', NULL, '[]', '[]', NULL, NULL, '{}', NULL, '2026-11-22T13:48:35.553508+00:00', NULL, NULL);
INSERT INTO main.conversation_parts VALUES ('32201732909', 'conversation_part', '228821784859541', 'comment', '2025-11-14T21:36:52+00:00', '2025-11-14T21:36:52+00:00', '2025-11-14T21:36:52+00:00', 'admin', '4158393', 'Maya Mensah', 'maya@trellis.example', NULL, NULL, NULL, 'Choisissez « jour/mois/année » à l''étape 2, après avoir annulé le premier import.', '<p>Choisissez « jour/mois/année » à l''étape 2, après avoir annulé le premier import.</p>', 'open', False, NULL, NULL, '{"type":"admin","id":"4158393","name":"Maya Mensah","email":"maya@trellis.example"}', NULL, '[]', '[]', NULL, '{"subject":"Re: Dates inversées après l''import","email_address_headers":[{"type":"from","email_address":"support@trellis.example","name":"Trellis"},{"type":"to","email_address":"aurelie.lefevre0@meridien-edition0.example","name":null}]}', '{}', NULL, '2026-11-22T13:48:35.553508+00:00', NULL, NULL);
INSERT INTO main.conversation_parts VALUES ('32201732910', 'conversation_part', '228821784859541', 'comment', '2025-11-15T00:10:49+00:00', '2025-11-15T00:10:49+00:00', '2025-11-15T00:10:49+00:00', 'user', '667f4324eef34c2f4f602341', 'Aurélie Lefèvre', 'aurelie.lefevre0@meridien-edition0.example', NULL, NULL, NULL, 'Parfait, bonne journée à vous.', '<p>Parfait, bonne journée à vous.</p>', 'open', False, NULL, NULL, '{"type":"user","id":"667f4324eef34c2f4f602341","name":"Aurélie Lefèvre","email":"aurelie.lefevre0@meridien-edition0.example"}', NULL, '[]', '[]', NULL, '{"subject":"Re: Dates inversées après l''import","email_address_headers":[{"type":"from","email_address":"aurelie.lefevre0@meridien-edition0.example","name":"Aurélie Lefèvre"},{"type":"to","email_address":"support@trellis.example","name":null}]}', '{}', NULL, '2026-11-22T13:48:35.553508+00:00', NULL, NULL);
INSERT INTO main.conversation_parts VALUES ('32201732911', 'conversation_part', '228821784859541', 'close', '2025-11-15T18:52:51+00:00', '2025-11-15T18:52:51+00:00', '2025-11-15T18:52:51+00:00', 'admin', '4158393', 'Maya Mensah', 'maya@trellis.example', NULL, NULL, NULL, 'Avec plaisir, Aurélie ! Je ferme la conversation ; répondez ici si besoin.', '<p>Avec plaisir, Aurélie ! Je ferme la conversation ; répondez ici si besoin.</p>', 'closed', False, NULL, NULL, '{"type":"admin","id":"4158393","name":"Maya Mensah","email":"maya@trellis.example"}', NULL, '[]', '[]', NULL, '{"subject":"Re: Dates inversées après l''import","email_address_headers":[{"type":"from","email_address":"support@trellis.example","name":"Trellis"},{"type":"to","email_address":"aurelie.lefevre0@meridien-edition0.example","name":null}]}', '{}', NULL, '2026-11-22T13:48:35.553508+00:00', NULL, NULL);
INSERT INTO main.conversation_parts VALUES ('32201732912', 'conversation_part', '228821784859541', 'comment', '2025-11-15T18:52:54+00:00', '2025-11-15T18:52:54+00:00', '2025-11-15T18:52:54+00:00', 'bot', '7410', 'Trellis bot', 'operator+tk7plnra@trellis.example', False, NULL, NULL, 'Comment s''est passé cet échange ? Donnez-nous une note 🙂', '<p>Comment s''est passé cet échange ? Donnez-nous une note 🙂</p>', 'closed', False, NULL, NULL, '{"type":"bot","id":"7410","name":"Trellis bot","email":"operator+tk7plnra@trellis.example","from_ai_agent":false,"is_ai_answer":false}', NULL, '[]', '[]', NULL, '{"subject":"Re: Dates inversées après l''import","email_address_headers":[{"type":"from","email_address":"support@trellis.example","name":"Trellis"},{"type":"to","email_address":"aurelie.lefevre0@meridien-edition0.example","name":null}]}', '{}', NULL, '2026-11-22T13:48:35.553508+00:00', NULL, NULL);
INSERT INTO main.conversation_parts VALUES ('32201732913', 'conversation_part', '228821784859541', 'conversation_rating_changed', '2025-11-16T00:51:14+00:00', '2025-11-16T00:51:14+00:00', '2025-11-16T00:51:14+00:00', 'user', '667f4324eef34c2f4f602341', 'Aurélie Lefèvre', 'aurelie.lefevre0@meridien-edition0.example', NULL, NULL, NULL, NULL, NULL, 'closed', False, NULL, NULL, '{"type":"user","id":"667f4324eef34c2f4f602341","name":"Aurélie Lefèvre","email":"aurelie.lefevre0@meridien-edition0.example"}', NULL, '[]', '[]', NULL, NULL, '{}', NULL, '2026-11-22T13:48:35.553508+00:00', NULL, NULL);
INSERT INTO main.conversation_parts VALUES ('32201732914', 'conversation_part', '228821784859541', 'conversation_rating_remark_added', '2025-11-16T00:51:14+00:00', '2025-11-16T00:51:14+00:00', '2025-11-16T00:51:14+00:00', 'user', '667f4324eef34c2f4f602341', 'Aurélie Lefèvre', 'aurelie.lefevre0@meridien-edition0.example', NULL, NULL, NULL, 'Au top, merci', '<p>Au top, merci</p>', 'closed', False, NULL, NULL, '{"type":"user","id":"667f4324eef34c2f4f602341","name":"Aurélie Lefèvre","email":"aurelie.lefevre0@meridien-edition0.example"}', NULL, '[]', '[]', NULL, '{"subject":"Re: Dates inversées après l''import","email_address_headers":[{"type":"from","email_address":"aurelie.lefevre0@meridien-edition0.example","name":"Aurélie Lefèvre"},{"type":"to","email_address":"support@trellis.example","name":null}]}', '{}', NULL, '2026-11-22T13:48:35.553508+00:00', NULL, NULL);
INSERT INTO main.conversation_parts VALUES ('32201749283', 'conversation_part', '228821784859558', 'comment', '2026-10-06T16:49:35+00:00', '2026-10-06T16:49:35+00:00', '2026-10-06T16:49:35+00:00', 'bot', '7410', 'Trellis bot', 'operator+tk7plnra@trellis.example', False, NULL, NULL, 'Hello Aoife! A teammate will be with you soon. Meanwhile, our help centre may have the answer.', '<p>Hello Aoife! A teammate will be with you soon. Meanwhile, our <a href="https://help.trellis.example/en" rel="nofollow noopener noreferrer" target="_blank">help centre</a> may have the answer.</p>', 'open', False, NULL, NULL, '{"type":"bot","id":"7410","name":"Trellis bot","email":"operator+tk7plnra@trellis.example","from_ai_agent":false,"is_ai_answer":false}', NULL, '[]', '[]', NULL, NULL, '{}', NULL, '2026-11-22T13:48:35.553508+00:00', NULL, NULL);
INSERT INTO main.conversation_parts VALUES ('32201749284', 'conversation_part', '228821784859558', 'comment', '2026-10-06T16:49:43+00:00', '2026-10-06T16:49:43+00:00', '2026-10-06T16:49:43+00:00', 'bot', '7410', 'Fin', 'operator+tk7plnra@trellis.example', True, NULL, NULL, 'Please update to the newest version and sign out and in once. This mends most problems with notifications.', '<p>Please update to the newest version and sign out and in once. This mends most problems with notifications.</p>', 'open', False, NULL, NULL, '{"type":"bot","id":"7410","name":"Fin","email":"operator+tk7plnra@trellis.example","from_ai_agent":true,"is_ai_answer":true}', NULL, '[]', '[]', NULL, NULL, '{}', NULL, '2026-11-22T13:48:35.553508+00:00', NULL, NULL);
INSERT INTO main.conversation_parts VALUES ('32201749285', 'conversation_part', '228821784859558', 'comment', '2026-10-06T16:53:41+00:00', '2026-10-06T16:53:41+00:00', '2026-10-06T16:53:41+00:00', 'user', '66313f30dfa27cec80602342', 'Aoife Turner', 'aturner1@merseyside-surveyors1.example', NULL, NULL, NULL, 'ok great thx', '<p>ok great thx</p>', 'open', False, NULL, NULL, '{"type":"user","id":"66313f30dfa27cec80602342","name":"Aoife Turner","email":"aturner1@merseyside-surveyors1.example"}', NULL, '[]', '[]', NULL, NULL, '{}', NULL, '2026-11-22T13:48:35.553508+00:00', NULL, NULL);
INSERT INTO main.conversation_parts VALUES ('32201749286', 'conversation_part', '228821784859558', 'close', '2026-10-06T17:00:33+00:00', '2026-10-06T17:00:33+00:00', '2026-10-06T17:00:33+00:00', 'bot', '7410', 'Trellis bot', 'operator+tk7plnra@trellis.example', False, NULL, NULL, NULL, NULL, 'closed', False, NULL, NULL, '{"type":"bot","id":"7410","name":"Trellis bot","email":"operator+tk7plnra@trellis.example","from_ai_agent":false,"is_ai_answer":false}', NULL, '[]', '[]', NULL, NULL, '{}', NULL, '2026-11-22T13:48:35.553508+00:00', NULL, NULL);
CREATE TABLE conversation_tags(conversation_id VARCHAR, tag_id VARCHAR, tag_name VARCHAR, applied_at TIMESTAMP WITH TIME ZONE, applied_by_id VARCHAR, applied_by JSON, _extra JSON, _synced_at TIMESTAMP WITH TIME ZONE, _deleted_at TIMESTAMP WITH TIME ZONE, _deleted_reason VARCHAR);
COMMENT ON TABLE main.conversation_tags IS 'The tags of each conversation. One row is one tag of one conversation.';
COMMENT ON COLUMN main.conversation_tags."conversation_id" IS 'The conversation''s id, as in conversations.';
COMMENT ON COLUMN main.conversation_tags."tag_id" IS 'The tag''s id, as in tags.';
COMMENT ON COLUMN main.conversation_tags."tag_name" IS 'The tag''s name.';
COMMENT ON COLUMN main.conversation_tags."applied_at" IS 'When the tag was applied (UTC).';
COMMENT ON COLUMN main.conversation_tags."applied_by_id" IS 'The id of who applied the tag, mostly an admin.';
COMMENT ON COLUMN main.conversation_tags."applied_by" IS 'Who applied the tag, with type and id.';
COMMENT ON COLUMN main.conversation_tags."_extra" IS 'Everything Intercom sent that has no column, or does not fit its column''s type.';
COMMENT ON COLUMN main.conversation_tags."_synced_at" IS 'When this row was last written by a sync (UTC).';
COMMENT ON COLUMN main.conversation_tags."_deleted_at" IS 'When the record was found to be gone from Intercom; NULL while it is there.';
COMMENT ON COLUMN main.conversation_tags."_deleted_reason" IS 'Why it is gone: deleted, merged, archived or vanished.';
INSERT INTO main.conversation_tags VALUES ('228821784859541', '6354087', 'data import', '2025-11-16T00:51:14+00:00', '4158393', '{"type":"admin","id":"4158393"}', NULL, '2026-11-22T13:48:35.553508+00:00', NULL, NULL);
INSERT INTO main.conversation_tags VALUES ('228821784859558', '6354035', 'login & SSO', '2026-10-06T17:00:33+00:00', '4158393', '{"type":"admin","id":"4158393"}', NULL, '2026-11-22T13:48:35.553508+00:00', NULL, NULL);
CREATE TABLE conversation_teammates(conversation_id VARCHAR, admin_id VARCHAR, _extra JSON, _synced_at TIMESTAMP WITH TIME ZONE, _deleted_at TIMESTAMP WITH TIME ZONE, _deleted_reason VARCHAR);
COMMENT ON TABLE main.conversation_teammates IS 'The teammates who wrote at least one part of each conversation. One row is one admin in one conversation.';
COMMENT ON COLUMN main.conversation_teammates."conversation_id" IS 'The conversation''s id, as in conversations.';
COMMENT ON COLUMN main.conversation_teammates."admin_id" IS 'The admin''s id, as in admins.';
COMMENT ON COLUMN main.conversation_teammates."_extra" IS 'Everything Intercom sent that has no column, or does not fit its column''s type.';
COMMENT ON COLUMN main.conversation_teammates."_synced_at" IS 'When this row was last written by a sync (UTC).';
COMMENT ON COLUMN main.conversation_teammates."_deleted_at" IS 'When the record was found to be gone from Intercom; NULL while it is there.';
COMMENT ON COLUMN main.conversation_teammates."_deleted_reason" IS 'Why it is gone: deleted, merged, archived or vanished.';
INSERT INTO main.conversation_teammates VALUES ('228821784859524', '4158404', NULL, '2026-11-22T13:48:35.553508+00:00', NULL, NULL);
INSERT INTO main.conversation_teammates VALUES ('228821784859541', '4158393', NULL, '2026-11-22T13:48:35.553508+00:00', NULL, NULL);
INSERT INTO main.conversation_teammates VALUES ('228821784859541', '4158404', NULL, '2026-11-22T13:48:35.553508+00:00', NULL, NULL);
CREATE TABLE conversations(id VARCHAR, "type" VARCHAR, title VARCHAR, created_at TIMESTAMP WITH TIME ZONE, updated_at TIMESTAMP WITH TIME ZONE, state VARCHAR, open BOOLEAN, "read" BOOLEAN, priority VARCHAR, waiting_since TIMESTAMP WITH TIME ZONE, snoozed_until TIMESTAMP WITH TIME ZONE, admin_assignee_id VARCHAR, team_assignee_id VARCHAR, source_type VARCHAR, source_delivered_as VARCHAR, source_subject VARCHAR, source_body_text VARCHAR, source_author_type VARCHAR, source_author_id VARCHAR, rating BIGINT, rating_remark VARCHAR, sla_name VARCHAR, sla_status VARCHAR, ai_agent_participated BOOLEAN, sales_agent_participated BOOLEAN, count_conversation_parts BIGINT, count_assignments BIGINT, count_reopens BIGINT, time_to_assignment BIGINT, time_to_admin_reply BIGINT, time_to_first_close BIGINT, time_to_last_close BIGINT, median_time_to_reply BIGINT, handling_time BIGINT, adjusted_handling_time BIGINT, first_contact_reply_at TIMESTAMP WITH TIME ZONE, first_assignment_at TIMESTAMP WITH TIME ZONE, first_admin_reply_at TIMESTAMP WITH TIME ZONE, first_close_at TIMESTAMP WITH TIME ZONE, last_assignment_at TIMESTAMP WITH TIME ZONE, last_assignment_admin_reply_at TIMESTAMP WITH TIME ZONE, last_contact_reply_at TIMESTAMP WITH TIME ZONE, last_admin_reply_at TIMESTAMP WITH TIME ZONE, last_close_at TIMESTAMP WITH TIME ZONE, last_closed_by_id VARCHAR, "source" JSON, "statistics" JSON, conversation_rating JSON, sla_applied JSON, first_contact_reply JSON, custom_attributes JSON, tags JSON, contacts JSON, teammates JSON, topics JSON, ticket JSON, linked_objects JSON, ai_agent JSON, company JSON, sales_agent JSON, channel JSON, external_references JSON, monitor_evaluations JSON, scorecards JSON, _extra JSON, _synced_at TIMESTAMP WITH TIME ZONE, _deleted_at TIMESTAMP WITH TIME ZONE, _deleted_reason VARCHAR);
COMMENT ON TABLE main.conversations IS 'The conversations with your customers, each with its state, opening message and statistics. One row is one conversation.';
COMMENT ON COLUMN main.conversations."id" IS 'The conversation''s id, given by Intercom.';
COMMENT ON COLUMN main.conversations."type" IS 'Always conversation.';
COMMENT ON COLUMN main.conversations."title" IS 'The conversation''s title; NULL if it has none.';
COMMENT ON COLUMN main.conversations."created_at" IS 'When the conversation was created (UTC).';
COMMENT ON COLUMN main.conversations."updated_at" IS 'When the conversation last changed (UTC).';
COMMENT ON COLUMN main.conversations."state" IS 'Whether the conversation is open, closed or snoozed.';
COMMENT ON COLUMN main.conversations."open" IS 'Whether the conversation is open rather than closed.';
COMMENT ON COLUMN main.conversations."read" IS 'Whether the conversation was read.';
COMMENT ON COLUMN main.conversations."priority" IS 'Its priority: priority or not_priority, in newer API versions none to urgent.';
COMMENT ON COLUMN main.conversations."waiting_since" IS 'Since when the customer has waited for a reply (UTC); NULL if nobody waits.';
COMMENT ON COLUMN main.conversations."snoozed_until" IS 'When a snoozed conversation opens again (UTC); NULL if it is not snoozed.';
COMMENT ON COLUMN main.conversations."admin_assignee_id" IS 'The id of the admin it is assigned to; 0 or NULL means nobody.';
COMMENT ON COLUMN main.conversations."team_assignee_id" IS 'The id of the team it is assigned to; 0 or NULL means none.';
COMMENT ON COLUMN main.conversations."source_type" IS 'The channel it began in, such as conversation, email or push.';
COMMENT ON COLUMN main.conversations."source_delivered_as" IS 'How it began, such as customer_initiated, admin_initiated or operator_initiated.';
COMMENT ON COLUMN main.conversations."source_subject" IS 'The opening message''s subject, which may hold HTML.';
COMMENT ON COLUMN main.conversations."source_body_text" IS 'The opening message as plain text; NULL if there is none.';
COMMENT ON COLUMN main.conversations."source_author_type" IS 'Who opened it: user, lead, admin, team or bot.';
COMMENT ON COLUMN main.conversations."source_author_id" IS 'The id of who opened it, of a contact or an admin.';
COMMENT ON COLUMN main.conversations."rating" IS 'The customer''s rating from 1 to 5; NULL if none was given.';
COMMENT ON COLUMN main.conversations."rating_remark" IS 'What the customer wrote with the rating; NULL if nothing.';
COMMENT ON COLUMN main.conversations."sla_name" IS 'The SLA''s name; NULL if none applies.';
COMMENT ON COLUMN main.conversations."sla_status" IS 'Whether the SLA was hit, missed, cancelled or is active; NULL if none applies.';
COMMENT ON COLUMN main.conversations."ai_agent_participated" IS 'Whether Fin, the AI agent, took part.';
COMMENT ON COLUMN main.conversations."sales_agent_participated" IS 'Whether the sales agent took part; sent from API version 2.16 on.';
COMMENT ON COLUMN main.conversations."count_conversation_parts" IS 'How many parts the conversation has, stored here or not.';
COMMENT ON COLUMN main.conversations."count_assignments" IS 'How often it was assigned after the customer''s first reply.';
COMMENT ON COLUMN main.conversations."count_reopens" IS 'How often it was reopened after the customer''s first reply.';
COMMENT ON COLUMN main.conversations."time_to_assignment" IS 'Time until the last assignment before the first teammate''s reply, in seconds; NULL if not yet.';
COMMENT ON COLUMN main.conversations."time_to_admin_reply" IS 'Time until the first teammate''s reply, without time outside office hours, in seconds; NULL if not yet.';
COMMENT ON COLUMN main.conversations."time_to_first_close" IS 'Time until the first close, without time outside office hours, in seconds; NULL if not yet.';
COMMENT ON COLUMN main.conversations."time_to_last_close" IS 'Time until the last close, without time outside office hours, in seconds; NULL if not yet.';
COMMENT ON COLUMN main.conversations."median_time_to_reply" IS 'Median time of teammates'' replies, without time outside office hours, in seconds; NULL if not yet.';
COMMENT ON COLUMN main.conversations."handling_time" IS 'Time from assignment to close, in seconds; NULL if not yet.';
COMMENT ON COLUMN main.conversations."adjusted_handling_time" IS 'Time from assignment to close, without idle time, in seconds; NULL if not yet.';
COMMENT ON COLUMN main.conversations."first_contact_reply_at" IS 'When the customer first wrote a part (UTC); NULL if never.';
COMMENT ON COLUMN main.conversations."first_assignment_at" IS 'When it was first assigned after the customer''s first reply (UTC); NULL if never.';
COMMENT ON COLUMN main.conversations."first_admin_reply_at" IS 'When a teammate first replied after the customer''s first reply (UTC); NULL if never.';
COMMENT ON COLUMN main.conversations."first_close_at" IS 'When it was first closed after the customer''s first reply (UTC); NULL if never.';
COMMENT ON COLUMN main.conversations."last_assignment_at" IS 'When it was last assigned (UTC); NULL if never.';
COMMENT ON COLUMN main.conversations."last_assignment_admin_reply_at" IS 'When a teammate first replied since the last assignment (UTC); NULL if never.';
COMMENT ON COLUMN main.conversations."last_contact_reply_at" IS 'When the customer last wrote a part (UTC); NULL if never.';
COMMENT ON COLUMN main.conversations."last_admin_reply_at" IS 'When a teammate last wrote a part (UTC); NULL if never.';
COMMENT ON COLUMN main.conversations."last_close_at" IS 'When it was last closed (UTC); NULL if never.';
COMMENT ON COLUMN main.conversations."last_closed_by_id" IS 'The id of the admin who last closed it; NULL if nobody did.';
COMMENT ON COLUMN main.conversations."source" IS 'The opening message, with channel, subject, body, author and attachments.';
COMMENT ON COLUMN main.conversations."statistics" IS 'Intercom''s own times and counts, in seconds and unix seconds.';
COMMENT ON COLUMN main.conversations."conversation_rating" IS 'The rating with its remark, contact and teammate.';
COMMENT ON COLUMN main.conversations."sla_applied" IS 'The SLA''s name and status; NULL if none applies.';
COMMENT ON COLUMN main.conversations."first_contact_reply" IS 'When, how and on which page the customer first wrote.';
COMMENT ON COLUMN main.conversations."custom_attributes" IS 'Your workspace''s own attributes of the conversation, by name.';
COMMENT ON COLUMN main.conversations."tags" IS 'The tags, with who applied them and when; as rows in conversation_tags.';
COMMENT ON COLUMN main.conversations."contacts" IS 'The contacts; as rows in conversation_contacts.';
COMMENT ON COLUMN main.conversations."teammates" IS 'The teammates who wrote in it; as rows in conversation_teammates.';
COMMENT ON COLUMN main.conversations."topics" IS 'The topics Intercom found in the conversation; NULL if not sent.';
COMMENT ON COLUMN main.conversations."ticket" IS 'The ticket the conversation became; NULL if none.';
COMMENT ON COLUMN main.conversations."linked_objects" IS 'The linked conversations and tickets, with total_count and has_more.';
COMMENT ON COLUMN main.conversations."ai_agent" IS 'What Fin, the AI agent, answered and how it ended; NULL without Fin.';
COMMENT ON COLUMN main.conversations."company" IS 'The company of the conversation; sent from API version 2.15 on.';
COMMENT ON COLUMN main.conversations."sales_agent" IS 'What the sales agent collected; sent from API version 2.16 on.';
COMMENT ON COLUMN main.conversations."channel" IS 'The first and the current channel; sent from API version 2.16 on.';
COMMENT ON COLUMN main.conversations."external_references" IS 'Records in other help desks; sent from API version 2.16 on.';
COMMENT ON COLUMN main.conversations."monitor_evaluations" IS 'Quality monitors'' findings; NULL unless asked for.';
COMMENT ON COLUMN main.conversations."scorecards" IS 'Quality scorecards; NULL unless asked for.';
COMMENT ON COLUMN main.conversations."_extra" IS 'Everything Intercom sent that has no column, or does not fit its column''s type.';
COMMENT ON COLUMN main.conversations."_synced_at" IS 'When this row was last written by a sync (UTC).';
COMMENT ON COLUMN main.conversations."_deleted_at" IS 'When the record was found to be gone from Intercom; NULL while it is there.';
COMMENT ON COLUMN main.conversations."_deleted_reason" IS 'Why it is gone: deleted, merged, archived or vanished.';
INSERT INTO main.conversations VALUES ('228821784859524', 'conversation', NULL, '2025-06-14T19:39:27+00:00', '2025-06-16T14:03:34+00:00', 'closed', False, True, 'not_priority', NULL, NULL, '4158404', '5485892', 'conversation', 'customer_initiated', '', 'Nous venons de nous inscrire. Comment lancer 92 personnes ?', 'user', '667f4324eef34c2f4f602341', NULL, NULL, NULL, NULL, False, NULL, 8, 2, 0, 9350, 0, 3814, 3814, 0, 152636, 2400, '2025-06-14T19:39:27+00:00', '2025-06-14T19:39:38+00:00', '2025-06-15T12:51:29+00:00', '2025-06-16T14:03:34+00:00', '2025-06-14T22:15:17+00:00', '2025-06-15T12:51:29+00:00', '2025-06-16T13:35:43+00:00', '2025-06-16T14:03:34+00:00', '2025-06-16T14:03:34+00:00', '4158404', '{"type":"conversation","id":"32201716514","delivered_as":"customer_initiated","subject":"","body":"<p>Nous venons de nous inscrire. Comment lancer 92 personnes ?</p>","author":{"type":"user","id":"667f4324eef34c2f4f602341","name":"Aurélie Lefèvre","email":"aurelie.lefevre0@meridien-edition0.example"},"attachments":[],"url":"https://app.trellis.example/projects/0","redacted":false}', '{"type":"conversation_statistics","first_contact_reply_at":1749929967,"last_contact_reply_at":1750080943,"first_assignment_at":1749929978,"last_assignment_at":1749939317,"last_assignment_admin_reply_at":1749991889,"time_to_assignment":9350,"first_admin_reply_at":1749991889,"last_admin_reply_at":1750082614,"time_to_admin_reply":0,"median_time_to_reply":0,"first_close_at":1750082614,"last_close_at":1750082614,"last_closed_by_id":"4158404","time_to_first_close":3814,"time_to_last_close":3814,"handling_time":152636,"adjusted_handling_time":2400,"assigned_team_first_response_time":[{"team_id":5485892,"team_name":"Billing","response_time":61911}],"assigned_team_first_response_time_in_office_hours":[{"team_id":5485892,"team_name":"Billing","response_time":0}],"count_reopens":0,"count_assignments":2,"count_conversation_parts":8}', NULL, NULL, '{"created_at":1749929967,"type":"conversation","url":null}', '{"Language":"fr","Copilot used":"no"}', '{"type":"tag.list","tags":[]}', '{"type":"contact.list","contacts":[{"type":"contact","id":"667f4324eef34c2f4f602341","external_id":"u-48000"}]}', '{"type":"admin.list","teammates":[{"type":"admin","id":"4158404"}]}', '{"type":"topic.list","topics":[{"type":"topic","id":"1112","name":"onboarding"}],"total_count":1}', NULL, '{"type":"list","data":[],"total_count":0,"has_more":false}', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '2026-11-22T13:48:35.553508+00:00', NULL, NULL);
INSERT INTO main.conversations VALUES ('228821784859541', 'conversation', 'Dates inversées après l''import', '2025-11-14T16:01:16+00:00', '2025-11-16T00:51:14+00:00', 'closed', False, True, 'not_priority', NULL, NULL, '4158393', '5485859', 'email', 'customer_initiated', 'Dates inversées après l''import', 'Après l''import, le jour et le mois sont inversés dans Déménagement.', 'user', '667f4324eef34c2f4f602341', 4, 'Au top, merci', NULL, NULL, True, NULL, 16, 2, 0, 3195, 4388, 25124, 25124, 4388, 96051, 3600, '2025-11-14T16:01:16+00:00', '2025-11-14T16:12:00+00:00', '2025-11-14T17:14:24+00:00', '2025-11-15T18:52:51+00:00', '2025-11-14T16:54:31+00:00', '2025-11-14T17:14:24+00:00', '2025-11-15T00:10:49+00:00', '2025-11-15T18:52:51+00:00', '2025-11-15T18:52:51+00:00', '4158393', '{"type":"email","id":"32201732898","delivered_as":"customer_initiated","subject":"Dates inversées après l''import","body":"<p>Après l''import, le jour et le mois sont inversés dans Déménagement.</p>","author":{"type":"user","id":"667f4324eef34c2f4f602341","name":"Aurélie Lefèvre","email":"aurelie.lefevre0@meridien-edition0.example"},"attachments":[],"url":null,"redacted":false}', '{"type":"conversation_statistics","first_contact_reply_at":1763136076,"last_contact_reply_at":1763165449,"first_assignment_at":1763136720,"last_assignment_at":1763139271,"last_assignment_admin_reply_at":1763140464,"time_to_assignment":3195,"first_admin_reply_at":1763140464,"last_admin_reply_at":1763232771,"time_to_admin_reply":4388,"median_time_to_reply":4388,"first_close_at":1763232771,"last_close_at":1763232771,"last_closed_by_id":"4158393","time_to_first_close":25124,"time_to_last_close":25124,"handling_time":96051,"adjusted_handling_time":3600,"assigned_team_first_response_time":[{"team_id":5485859,"team_name":"Support","response_time":3744}],"assigned_team_first_response_time_in_office_hours":[{"team_id":5485859,"team_name":"Support","response_time":3744}],"count_reopens":0,"count_assignments":2,"count_conversation_parts":16}', '{"rating":4,"remark":"Au top, merci","created_at":1763232771,"updated_at":1763254274,"contact":{"type":"contact","id":"667f4324eef34c2f4f602341","external_id":"u-48000"},"teammate":{"type":"admin","id":"4158393"}}', NULL, '{"created_at":1763136076,"type":"email","url":null}', '{"Language":"fr","Copilot used":"no"}', '{"type":"tag.list","tags":[{"type":"tag","id":"6354087","name":"data import","applied_at":1763254274,"applied_by":{"type":"admin","id":"4158393"}}]}', '{"type":"contact.list","contacts":[{"type":"contact","id":"667f4324eef34c2f4f602341","external_id":"u-48000"}]}', '{"type":"admin.list","teammates":[{"type":"admin","id":"4158393"},{"type":"admin","id":"4158404"}]}', '{"type":"topic.list","topics":[{"type":"topic","id":"1102","name":"import"}],"total_count":1}', NULL, '{"type":"list","data":[],"total_count":0,"has_more":false}', '{"source_type":"workflow","source_title":"Fin over messenger","last_answer_type":"ai_answer","resolution_state":"routed_to_team","rating":null,"rating_remark":null,"created_at":null,"updated_at":null,"content_sources":{"type":"content_source.list","total_count":2,"content_sources":[{"content_type":"article","url":"/articles/articles/9181869/show","title":"Dates inversées après l''import","locale":"fr"},{"content_type":"article","url":"/articles/articles/9181869/show","title":"Dates inversées après l''import","locale":"fr"}]}}', NULL, NULL, NULL, NULL, NULL, NULL, NULL, '2026-11-22T13:48:35.553508+00:00', NULL, NULL);
INSERT INTO main.conversations VALUES ('228821784859558', 'conversation', NULL, '2026-10-06T16:49:30+00:00', '2026-10-06T17:00:33+00:00', 'closed', False, True, 'not_priority', NULL, NULL, '0', '0', 'conversation', 'customer_initiated', '', 'The Android app crashes right after the logo since version 4.357. Reinstalling didn''t help.', 'user', '66313f30dfa27cec80602342', NULL, NULL, NULL, NULL, True, NULL, 4, 0, 0, NULL, NULL, 663, 663, NULL, NULL, NULL, '2026-10-06T16:49:30+00:00', NULL, NULL, '2026-10-06T17:00:33+00:00', NULL, NULL, '2026-10-06T16:53:41+00:00', NULL, '2026-10-06T17:00:33+00:00', '7410', '{"type":"conversation","id":"32201749282","delivered_as":"customer_initiated","subject":"","body":"<p>The Android app crashes right after the logo since version 4.357. Reinstalling didn''t help.</p>","author":{"type":"user","id":"66313f30dfa27cec80602342","name":"Aoife Turner","email":"aturner1@merseyside-surveyors1.example"},"attachments":[],"url":"https://app.trellis.example/projects/2","redacted":false}', '{"type":"conversation_statistics","first_contact_reply_at":1791305370,"last_contact_reply_at":1791305621,"first_close_at":1791306033,"last_close_at":1791306033,"last_closed_by_id":"7410","time_to_first_close":663,"time_to_last_close":663,"assigned_team_first_response_time":[],"assigned_team_first_response_time_in_office_hours":[],"count_reopens":0,"count_assignments":0,"count_conversation_parts":4}', NULL, NULL, '{"created_at":1791305370,"type":"conversation","url":null}', '{"Language":"en","Copilot used":"yes"}', '{"type":"tag.list","tags":[{"type":"tag","id":"6354035","name":"login & SSO","applied_at":1791306033,"applied_by":{"type":"admin","id":"4158393"}}]}', '{"type":"contact.list","contacts":[{"type":"contact","id":"66313f30dfa27cec80602342","external_id":"u-48001"}]}', '{"type":"admin.list","teammates":[]}', '{"type":"topic.list","topics":[{"type":"topic","id":"1107","name":"mobile"}],"total_count":1}', NULL, '{"type":"list","data":[],"total_count":0,"has_more":false}', '{"source_type":"workflow","source_title":"Fin over messenger","last_answer_type":"ai_answer","resolution_state":"confirmed_resolution","rating":null,"rating_remark":null,"created_at":null,"updated_at":null,"content_sources":{"type":"content_source.list","total_count":1,"content_sources":[{"content_type":"article","url":"/articles/articles/9181876/show","title":"App crashes on start","locale":"en"}]}}', NULL, NULL, NULL, NULL, NULL, NULL, NULL, '2026-11-22T13:48:35.553508+00:00', '2026-11-22T13:48:37.262598+00:00', 'deleted');
CREATE TABLE segments(id VARCHAR, "type" VARCHAR, "name" VARCHAR, person_type VARCHAR, created_at TIMESTAMP WITH TIME ZONE, updated_at TIMESTAMP WITH TIME ZONE, count BIGINT, _extra JSON, _synced_at TIMESTAMP WITH TIME ZONE, _deleted_at TIMESTAMP WITH TIME ZONE, _deleted_reason VARCHAR);
COMMENT ON TABLE main.segments IS 'The groups of contacts that your workspace defined by rules. One row is one segment.';
COMMENT ON COLUMN main.segments."id" IS 'The segment''s id, given by Intercom.';
COMMENT ON COLUMN main.segments."type" IS 'Always segment.';
COMMENT ON COLUMN main.segments."name" IS 'The segment''s name.';
COMMENT ON COLUMN main.segments."person_type" IS 'Whether it holds users or leads, which are called contact here.';
COMMENT ON COLUMN main.segments."created_at" IS 'When the segment was created (UTC).';
COMMENT ON COLUMN main.segments."updated_at" IS 'When the segment last changed (UTC).';
COMMENT ON COLUMN main.segments."count" IS 'How many contacts are in it now; NULL if Intercom did not count.';
COMMENT ON COLUMN main.segments."_extra" IS 'Everything Intercom sent that has no column, or does not fit its column''s type.';
COMMENT ON COLUMN main.segments."_synced_at" IS 'When this row was last written by a sync (UTC).';
COMMENT ON COLUMN main.segments."_deleted_at" IS 'When the record was found to be gone from Intercom; NULL while it is there.';
COMMENT ON COLUMN main.segments."_deleted_reason" IS 'Why it is gone: deleted, merged, archived or vanished.';
INSERT INTO main.segments VALUES ('65b78a70e2f379db3f000000', 'segment', 'Active users', 'user', '2026-07-13T14:00:18+00:00', '2026-08-26T13:56:23+00:00', NULL, NULL, '2026-11-22T13:48:34.951709+00:00', NULL, NULL);
INSERT INTO main.segments VALUES ('65f2ccce2d3a38128c000001', 'segment', 'New leads this week', 'contact', '2025-03-17T04:25:09+00:00', '2025-10-08T07:32:57+00:00', NULL, NULL, '2026-11-22T13:48:34.951709+00:00', NULL, NULL);
CREATE TABLE tags(id VARCHAR, "type" VARCHAR, "name" VARCHAR, applied_at TIMESTAMP WITH TIME ZONE, applied_by JSON, _extra JSON, _synced_at TIMESTAMP WITH TIME ZONE, _deleted_at TIMESTAMP WITH TIME ZONE, _deleted_reason VARCHAR);
COMMENT ON TABLE main.tags IS 'The tags that contacts, conversations and companies can bear. One row is one tag.';
COMMENT ON COLUMN main.tags."id" IS 'The tag''s id, given by Intercom.';
COMMENT ON COLUMN main.tags."type" IS 'Always tag.';
COMMENT ON COLUMN main.tags."name" IS 'The tag''s name.';
COMMENT ON COLUMN main.tags."applied_at" IS 'NULL here: conversation_tags says when a tag was applied.';
COMMENT ON COLUMN main.tags."applied_by" IS 'NULL here: conversation_tags says who applied a tag.';
COMMENT ON COLUMN main.tags."_extra" IS 'Everything Intercom sent that has no column, or does not fit its column''s type.';
COMMENT ON COLUMN main.tags."_synced_at" IS 'When this row was last written by a sync (UTC).';
COMMENT ON COLUMN main.tags."_deleted_at" IS 'When the record was found to be gone from Intercom; NULL while it is there.';
COMMENT ON COLUMN main.tags."_deleted_reason" IS 'Why it is gone: deleted, merged, archived or vanished.';
INSERT INTO main.tags VALUES ('6353989', 'tag', 'billing', NULL, NULL, NULL, '2026-11-22T13:48:34.949229+00:00', NULL, NULL);
INSERT INTO main.tags VALUES ('6354035', 'tag', 'login & SSO', NULL, NULL, NULL, '2026-11-22T13:48:34.949229+00:00', NULL, NULL);
INSERT INTO main.tags VALUES ('6354087', 'tag', 'data import', NULL, NULL, NULL, '2026-11-22T13:48:34.949229+00:00', NULL, NULL);
CREATE TABLE teams(id VARCHAR, "type" VARCHAR, "name" VARCHAR, distribution_method VARCHAR, assignment_limit BIGINT, admin_ids JSON, admin_priority_level JSON, _extra JSON, _synced_at TIMESTAMP WITH TIME ZONE, _deleted_at TIMESTAMP WITH TIME ZONE, _deleted_reason VARCHAR);
COMMENT ON TABLE main.teams IS 'The teams that conversations are assigned to. One row is one team.';
COMMENT ON COLUMN main.teams."id" IS 'The team''s id, given by Intercom.';
COMMENT ON COLUMN main.teams."type" IS 'Always team.';
COMMENT ON COLUMN main.teams."name" IS 'The team''s name.';
COMMENT ON COLUMN main.teams."distribution_method" IS 'How its conversations are shared out, such as round_robin; from API 2.14 on.';
COMMENT ON COLUMN main.teams."assignment_limit" IS 'How many conversations a member may hold; NULL unless load is balanced.';
COMMENT ON COLUMN main.teams."admin_ids" IS 'The ids of its members, as a list; as rows in admin_teams.';
COMMENT ON COLUMN main.teams."admin_priority_level" IS 'The ids of the members who are served first and second.';
COMMENT ON COLUMN main.teams."_extra" IS 'Everything Intercom sent that has no column, or does not fit its column''s type.';
COMMENT ON COLUMN main.teams."_synced_at" IS 'When this row was last written by a sync (UTC).';
COMMENT ON COLUMN main.teams."_deleted_at" IS 'When the record was found to be gone from Intercom; NULL while it is there.';
COMMENT ON COLUMN main.teams."_deleted_reason" IS 'Why it is gone: deleted, merged, archived or vanished.';
INSERT INTO main.teams VALUES ('5485859', 'team', 'Support', 'load_balanced', 29, '[4158393,4158404]', '{"primary_admin_ids":[4158404],"secondary_admin_ids":[4158393]}', NULL, '2026-11-22T13:48:34.898199+00:00', NULL, NULL);
INSERT INTO main.teams VALUES ('5485892', 'team', 'Billing', 'load_balanced', 15, '[4158393,4158404]', '{"primary_admin_ids":[4158404],"secondary_admin_ids":[4158393]}', NULL, '2026-11-22T13:48:34.898199+00:00', NULL, NULL);
CREATE TABLE pipeline.about("key" VARCHAR PRIMARY KEY, "value" VARCHAR);
COMMENT ON TABLE pipeline.about IS 'What this file is: schema version, workspace, release that wrote it.';
INSERT INTO pipeline.about VALUES ('release', '0.1.0');
INSERT INTO pipeline.about VALUES ('schema_version', '1');
INSERT INTO pipeline.about VALUES ('workspace_id', 'tk7plnra');
INSERT INTO pipeline.about VALUES ('workspace_timezone', 'America/New_York');
CREATE TABLE pipeline.bookmarks(stream VARCHAR PRIMARY KEY, bookmark TIMESTAMP WITH TIME ZONE, completed_at TIMESTAMP WITH TIME ZONE);
COMMENT ON TABLE pipeline.bookmarks IS 'How far each stream is synced; one row a stream that was synced completely once.';
COMMENT ON COLUMN pipeline.bookmarks."bookmark" IS 'Newest cursor value safely stored, by Intercom''s clock; NULL for a stream that has no cursor.';
COMMENT ON COLUMN pipeline.bookmarks."completed_at" IS 'When the stream was last synced completely.';
INSERT INTO pipeline.bookmarks VALUES ('admins', NULL, '2026-11-22T13:48:34.815287+00:00');
INSERT INTO pipeline.bookmarks VALUES ('articles', '2026-09-24T12:12:08+00:00', '2026-11-22T13:48:35.733262+00:00');
INSERT INTO pipeline.bookmarks VALUES ('contacts', '2026-11-14T18:18:12+00:00', '2026-11-22T13:48:35.820615+00:00');
INSERT INTO pipeline.bookmarks VALUES ('conversations', '2026-10-06T17:00:33+00:00', '2026-11-22T13:48:36.488365+00:00');
INSERT INTO pipeline.bookmarks VALUES ('segments', NULL, '2026-11-22T13:48:35.072444+00:00');
INSERT INTO pipeline.bookmarks VALUES ('tags', NULL, '2026-11-22T13:48:35.072444+00:00');
INSERT INTO pipeline.bookmarks VALUES ('teams', NULL, '2026-11-22T13:48:35.072444+00:00');
CREATE TABLE pipeline.runs(run_id VARCHAR, stream VARCHAR, started_at TIMESTAMP WITH TIME ZONE, finished_at TIMESTAMP WITH TIME ZONE, result VARCHAR, "error" VARCHAR, records_read BIGINT, rows_inserted BIGINT, rows_updated BIGINT, rows_unchanged BIGINT, rows_removed BIGINT, requests BIGINT, retries BIGINT, waited_seconds DOUBLE, received_bytes BIGINT, "seconds" DOUBLE, bookmark_before TIMESTAMP WITH TIME ZONE, bookmark_after TIMESTAMP WITH TIME ZONE);
COMMENT ON TABLE pipeline.runs IS 'One row a stream and run: what was read, changed and asked for, and how it ended.';
COMMENT ON COLUMN pipeline.runs."result" IS 'complete, partial (stopped, resumes where it was) or failed.';
COMMENT ON COLUMN pipeline.runs."rows_removed" IS 'Rows deleted or flagged as gone.';
COMMENT ON COLUMN pipeline.runs."waited_seconds" IS 'Seconds that requests waited for the rate limit, summed over requests.';
COMMENT ON COLUMN pipeline.runs."seconds" IS 'Seconds from the stream''s start to its end.';
INSERT INTO pipeline.runs VALUES ('bc40d827d5d4448dba382e5bd739adbd', 'admins', '2026-11-22T13:48:34.664718+00:00', '2026-11-22T13:48:35.275553+00:00', 'complete', NULL, 2, 2, 0, 0, 0, 1, 0, 3.242800084990449e-05, 821, 0.610814235998987, NULL, NULL);
INSERT INTO pipeline.runs VALUES ('bc40d827d5d4448dba382e5bd739adbd', 'articles', '2026-11-22T13:48:34.664712+00:00', '2026-11-22T13:48:35.752141+00:00', 'complete', NULL, 3, 3, 0, 0, 0, 4, 0, 0.038221629001782276, 12027, 1.0874068169996463, NULL, '2026-09-24T12:12:08+00:00');
INSERT INTO pipeline.runs VALUES ('bc40d827d5d4448dba382e5bd739adbd', 'contacts', '2026-11-22T13:48:34.664693+00:00', '2026-11-22T13:48:36.090413+00:00', 'complete', NULL, 5, 4, 0, 1, 0, 3, 0, 9.021399819175713e-05, 13580, 1.4256933449996723, NULL, '2026-11-14T18:18:12+00:00');
INSERT INTO pipeline.runs VALUES ('bc40d827d5d4448dba382e5bd739adbd', 'conversations', '2026-11-22T13:48:34.664707+00:00', '2026-11-22T13:48:36.634951+00:00', 'complete', NULL, 4, 3, 0, 1, 0, 7, 0, 0.18595673100026033, 42769, 1.9702231399987795, NULL, '2026-10-06T17:00:33+00:00');
INSERT INTO pipeline.runs VALUES ('bc40d827d5d4448dba382e5bd739adbd', 'segments', '2026-11-22T13:48:34.664734+00:00', '2026-11-22T13:48:35.539203+00:00', 'complete', NULL, 2, 2, 0, 0, 0, 1, 0, 5.069500002718996e-05, 356, 0.8744498949999979, NULL, NULL);
INSERT INTO pipeline.runs VALUES ('bc40d827d5d4448dba382e5bd739adbd', 'tags', '2026-11-22T13:48:34.664728+00:00', '2026-11-22T13:48:35.528138+00:00', 'complete', NULL, 3, 3, 0, 0, 0, 1, 0, 3.408999873499852e-05, 173, 0.8633891310000763, NULL, NULL);
INSERT INTO pipeline.runs VALUES ('bc40d827d5d4448dba382e5bd739adbd', 'teams', '2026-11-22T13:48:34.664723+00:00', '2026-11-22T13:48:35.517503+00:00', 'complete', NULL, 2, 2, 0, 0, 0, 1, 0, 7.337900024140254e-05, 480, 0.8527510330004588, NULL, NULL);
CREATE TABLE pipeline.schema_events(table_name VARCHAR, field VARCHAR, drift VARCHAR, first_seen_at TIMESTAMP WITH TIME ZONE, last_seen_at TIMESTAMP WITH TIME ZONE, occurrences BIGINT, PRIMARY KEY(table_name, field, drift));
COMMENT ON TABLE pipeline.schema_events IS 'Where Intercom''s records differed from the declared columns. The values stand in the rows'' _extra.';
COMMENT ON COLUMN pipeline.schema_events."drift" IS 'new field, misfit (the value did not fit the column''s type), without key, unreadable, or mended (half a character, spelled out).';
CREATE TABLE pipeline.slices(stream VARCHAR, number BIGINT, kind VARCHAR, lower BIGINT, upper BIGINT, page_token VARCHAR, newest BIGINT);
COMMENT ON TABLE pipeline.slices IS 'Work begun and not ended: a sync that was stopped goes on from here.';
COMMENT ON COLUMN pipeline.slices."number" IS 'Tells the slices of a stream apart.';
COMMENT ON COLUMN pipeline.slices."kind" IS 'backfill: created between lower and upper; incremental: updated since lower.';
COMMENT ON COLUMN pipeline.slices."lower" IS 'First second of the slice (unix seconds).';
COMMENT ON COLUMN pipeline.slices."upper" IS 'Last second of the slice (unix seconds); NULL when it is open.';
COMMENT ON COLUMN pipeline.slices."page_token" IS 'Page to ask for next; NULL at the first page.';
COMMENT ON COLUMN pipeline.slices."newest" IS 'The bookmark to set when the stream is complete (unix seconds).';
INSERT INTO pipeline.slices VALUES ('contacts', 1, 'incremental', 1600000000, NULL, 'page', 1700000000);
