'use client';

import { Choice, Field, Input } from '@/components/Fields';
import { Segmented } from '@/components/Segmented';
import type { Draft } from './draft';

/** Where a channel sends to. Secrets are never shown again: left empty, they stay as they are. */
export function TargetFields({
  draft,
  put,
  wrong,
  isNew,
}: {
  draft: Draft;
  put: (patch: Partial<Draft>) => void;
  wrong: Partial<Record<keyof Draft, string>>;
  isNew: boolean;
}) {
  const kept = isNew ? undefined : 'unchanged';
  const secret = (key: 'token' | 'routingKey' | 'secret' | 'url', label: string, hint: string, placeholder: string) => (
    <Field label={label} hint={isNew ? hint : `${hint}. Left empty, it stays as it is.`} error={wrong[key]} wide>
      <Input
        value={draft[key]}
        onChange={(value) => put({ [key]: value })}
        invalid={wrong[key] !== undefined}
        type={key === 'url' ? 'url' : 'password'}
        autoComplete="off"
        spellCheck={false}
        mono
        maxLength={2000}
        placeholder={kept ?? placeholder}
      />
    </Field>
  );
  if (draft.kind === 'pagerduty')
    return (
      <>
        {secret('routingKey', 'Integration key', 'Of an Events API v2 integration of the service', '32 characters')}
        <Field label="Events API" hint="Another address for accounts in the EU" error={wrong.url} wide>
          <Input
            type="url"
            value={draft.url}
            onChange={(url) => put({ url })}
            invalid={wrong.url !== undefined}
            mono
            placeholder="https://events.pagerduty.com"
          />
        </Field>
      </>
    );
  if (draft.kind === 'webhook')
    return (
      <>
        {secret('url', 'URL', 'It gets a POST with JSON', 'https://')}
        {secret(
          'secret',
          'Signing secret',
          isNew ? 'Left empty, one is made and shown once' : 'Signs what is sent',
          '',
        )}
        <Field label="Body" wide>
          <Choice
            value={draft.format}
            onChange={(format) => put({ format })}
            options={[
              ['plumbline', 'As Plumbline tells it'],
              ['alertmanager', 'As Alertmanager sends it to webhooks (version 4)'],
            ]}
          />
        </Field>
      </>
    );
  return (
    <>
      <div className="col-span-full flex">
        <Segmented
          label="How"
          value={draft.slack}
          onChange={(slack) => put({ slack })}
          options={[
            { value: 'webhook', label: 'Incoming webhook' },
            { value: 'app', label: 'App', tip: 'Its messages are brought up to date and answered in threads' },
          ]}
        />
      </div>
      {draft.slack === 'webhook' ? (
        secret('url', 'Webhook URL', 'The whole of it, from Slack', 'https://hooks.slack.com/services/…')
      ) : (
        <>
          {secret('token', 'Bot token', 'With the scope chat:write', 'xoxb-…')}
          <Field label="Channel id" hint="At the end of “View channel details” in Slack" error={wrong.channel} wide>
            <Input
              value={draft.channel}
              onChange={(channel) => put({ channel })}
              invalid={wrong.channel !== undefined}
              mono
              placeholder="C0123456789"
            />
          </Field>
        </>
      )}
    </>
  );
}
