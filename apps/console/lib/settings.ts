import type {
  AuditView,
  ChannelChange,
  ChannelSaved,
  channelBody,
  channelTest,
  InvitationBody,
  InvitationMade,
  InvitationShown,
  InvitationView,
  KeyView,
  keyCreated,
  ModelView,
  MuteView,
  Page,
  PersonBody,
  PersonChange,
  PersonView,
  projectView,
  ResetMade,
  Scope,
  signInWays,
} from '@plumbline/contracts';
import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query';
import type { z } from 'zod';
import { get, type Session, send } from './api';
import { query } from './first';

export type KeyCreated = z.infer<typeof keyCreated>;
export type ChannelBody = z.input<typeof channelBody>;
export type TestResult = z.infer<typeof channelTest>;
export type AuditFilter = { q?: string; action?: string; actor?: string; from?: string; to?: string };

const of = encodeURIComponent;
type Signal = AbortSignal | undefined;

/** What settings, signing in and links ask of the server. */
export const access = {
  /** Not together with other questions: it is asked by whoever is not in yet. */
  ways: () => send<z.infer<typeof signInWays>>('GET', '/session/ways'),
  switchProject: (project: string) => send<Session>('PUT', '/session', { project }),
  signOutEverywhere: () => send<unknown>('DELETE', '/session/everywhere'),
  changePassword: (body: { current: string; password: string }) => send<unknown>('POST', '/session/password', body),
  showInvitation: (token: string) => send<InvitationShown>('POST', '/join/show', { token }),
  join: (body: { token: string; name?: string; password: string }) => send<Session>('POST', '/join', body),
  reset: (body: { token: string; password: string }) => send<Session>('POST', '/reset', body),

  people: (cursor: string, signal?: Signal) => get<Page<PersonView>>(`/people${query({ limit: 200, cursor })}`, signal),
  addPerson: (body: PersonBody) => send<PersonView>('POST', '/people', body),
  changePerson: (id: string, body: PersonChange) => send<PersonView>('PUT', `/people/${of(id)}`, body),
  removePerson: (id: string) => send<unknown>('DELETE', `/people/${of(id)}`),
  makeReset: (id: string) => send<ResetMade>('POST', `/people/${of(id)}/reset`, {}),
  invitations: (signal?: Signal) => get<Page<InvitationView>>('/invitations?limit=200', signal),
  invite: (body: InvitationBody) => send<InvitationMade>('POST', '/invitations', body),
  withdraw: (id: string) => send<unknown>('DELETE', `/invitations/${of(id)}`),

  keys: (cursor: string, signal?: Signal) => get<Page<KeyView>>(`/keys${query({ limit: 100, cursor })}`, signal),
  makeKey: (body: { name: string; scopes: Scope[] }) => send<KeyCreated>('POST', '/keys', body),
  revokeKey: (id: string) => send<unknown>('DELETE', `/keys/${of(id)}`),
  makeProject: (name: string) => send<z.infer<typeof projectView>>('POST', '/projects', { name }),
  audit: (filter: AuditFilter, cursor: string, signal?: Signal) =>
    get<Page<AuditView>>(`/audit${query({ ...filter, limit: 50, cursor })}`, signal),

  mutes: (cursor: string, signal?: Signal) => get<Page<MuteView>>(`/mutes${query({ limit: 100, cursor })}`, signal),
  models: (cursor: string, signal?: Signal) => get<Page<ModelView>>(`/models${query({ limit: 25, cursor })}`, signal),
  putRetention: (model: string, retention: string | null) =>
    send<unknown>('PUT', `/models/${of(model)}/retention`, { retention }),

  makeChannel: (body: ChannelBody) => send<ChannelSaved>('POST', '/channels', body),
  putChannel: (id: string, body: ChannelChange) => send<ChannelSaved>('PUT', `/channels/${of(id)}`, body),
  deleteChannel: (id: string) => send<unknown>('DELETE', `/channels/${of(id)}`),
  testChannel: (id: string) => send<TestResult>('POST', `/channels/${of(id)}/test`, {}),
};

const paged = <T>(
  queryKey: readonly unknown[],
  ask: (cursor: string, signal: AbortSignal) => Promise<{ items: T[]; next_cursor: string | null }>,
) =>
  infiniteQueryOptions({
    queryKey,
    queryFn: ({ signal, pageParam }) => ask(pageParam, signal),
    initialPageParam: '',
    getNextPageParam: (last) => last.next_cursor ?? undefined,
    placeholderData: keepPreviousData,
  });

export const settings = {
  ways: () => queryOptions({ queryKey: ['ways'], queryFn: access.ways, retry: false }),
  people: () => paged(['people'], access.people),
  invitations: () => queryOptions({ queryKey: ['invitations'], queryFn: ({ signal }) => access.invitations(signal) }),
  keys: () => paged(['keys'], access.keys),
  audit: (filter: AuditFilter) => paged(['audit', filter], (cursor, signal) => access.audit(filter, cursor, signal)),
  mutes: () => paged(['mutes', 'settings'], access.mutes),
  models: () => paged(['models', 'stored'], access.models),
};
