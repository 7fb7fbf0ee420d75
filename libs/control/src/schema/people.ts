import type { Role } from '@plumbline/contracts';
import { boolean, index, integer, primaryKey, text, uniqueIndex } from 'drizzle-orm/pg-core';
import { projects } from './access.js';
import { app, createdAt, time } from './app.js';

const updatedAt = () => time('updated_at').notNull().defaultNow();

/** People, their ways to sign in, sessions and reset links: better-auth's tables, with its names for the fields. */
export const people = app.table('people', {
  id: text('id').primaryKey(),
  name: text('name').notNull(),
  email: text('email').notNull().unique(),
  emailVerified: boolean('email_verified').notNull().default(false),
  image: text('image'),
  createdAt: createdAt(),
  updatedAt: updatedAt(),
});
const ofPerson = () =>
  text('user_id')
    .notNull()
    .references(() => people.id, { onDelete: 'cascade' });

/** How a person signs in: the hash of a password; later what an identity provider calls them. */
export const personAccounts = app.table(
  'person_accounts',
  {
    id: text('id').primaryKey(),
    accountId: text('account_id').notNull(),
    providerId: text('provider_id').notNull(),
    userId: ofPerson(),
    accessToken: text('access_token'),
    refreshToken: text('refresh_token'),
    idToken: text('id_token'),
    accessTokenExpiresAt: time('access_token_expires_at'),
    refreshTokenExpiresAt: time('refresh_token_expires_at'),
    scope: text('scope'),
    password: text('password'),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (t) => [uniqueIndex('person_accounts_by_provider').on(t.providerId, t.accountId), index().on(t.userId)],
);

export const personSessions = app.table(
  'person_sessions',
  {
    id: text('id').primaryKey(),
    token: text('token').notNull().unique(),
    userId: ofPerson(),
    /** The project that it looks at; null: the first one of the person. */
    projectId: text('project_id'),
    expiresAt: time('expires_at').notNull(),
    seenAt: time('seen_at').notNull().defaultNow(),
    ipAddress: text('ip_address'),
    userAgent: text('user_agent'),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (t) => [index().on(t.userId)],
);

export const personVerifications = app.table(
  'person_verifications',
  {
    id: text('id').primaryKey(),
    identifier: text('identifier').notNull(),
    value: text('value').notNull(),
    expiresAt: time('expires_at').notNull(),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (t) => [index().on(t.identifier)],
);

/** Who may do what where. A person without any membership has no account. */
export const members = app.table(
  'members',
  {
    projectId: text('project_id')
      .notNull()
      .references(() => projects.id, { onDelete: 'cascade' }),
    personId: text('person_id')
      .notNull()
      .references(() => people.id, { onDelete: 'cascade' }),
    role: text('role').$type<Role>().notNull(),
    disabledAt: time('disabled_at'),
    createdAt: createdAt(),
  },
  (t) => [primaryKey({ columns: [t.projectId, t.personId] }), index().on(t.personId)],
);

export const invitations = app.table(
  'invitations',
  {
    id: text('id').primaryKey(),
    projectId: text('project_id')
      .notNull()
      .references(() => projects.id, { onDelete: 'cascade' }),
    email: text('email').notNull(),
    role: text('role').$type<Role>().notNull(),
    tokenHash: text('token_hash').notNull().unique(),
    invitedBy: text('invited_by').notNull(),
    expiresAt: time('expires_at').notNull(),
    acceptedAt: time('accepted_at'),
    createdAt: createdAt(),
  },
  (t) => [index().on(t.projectId, t.id)],
);

/** Attempts to sign in that failed lately, by whom or whence. */
export const signInAttempts = app.table(
  'sign_in_attempts',
  {
    name: text('name').primaryKey(),
    failures: integer('failures').notNull(),
    until: time('until').notNull(),
  },
  (t) => [index().on(t.until)],
);
