const HIDDEN = '••••';
/** Shorter ones would blot out ordinary words, and are not secrets worth the name. */
const SECRET_MIN = 4;

/** A text of somebody else (an answer, an error) without this channel's secrets and without any Slack webhook path. */
export function redact(text: string, secrets: readonly string[]): string {
  const forms = secrets.flatMap((s) => [
    s,
    encodeURIComponent(s.replace(/\p{Surrogate}/gu, '')),
    JSON.stringify(s).slice(1, -1),
  ]);
  const longestFirst = [...new Set(forms)].filter((s) => s.length >= SECRET_MIN).sort((a, b) => b.length - a.length);
  let out = text;
  for (const secret of longestFirst) out = out.replaceAll(secret, HIDDEN);
  return out.replace(/(hooks\.slack(?:-gov)?\.com\\?\/)[^\s"'<>]+/gi, `$1${HIDDEN}`);
}
