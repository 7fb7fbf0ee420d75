import { beyond, ruleOf } from '../rule.js';
import { showDuration } from '../words.js';
import { type Kind, noData } from './kind.js';

const AGE_MAX_MS = 90 * 86_400_000;

/** Age of what serves: since the newest version was first seen, or since the newest deploy that somebody noted. Looks at now. */
export const stalenessKind: Kind = {
  family: 'performance',
  async judge({ model, body, probes, nowMs }, windows) {
    const start = windows.to - windows.stepMs;
    const say = (message: string) => new Map([[start, noData('model age', message)]]);
    if (!model.liveSince)
      return say('Only events from the past have come so far; age is watched as soon as events come live.');
    const rule = ruleOf(body);
    const limit = rule?.value ?? AGE_MAX_MS;
    const [newest, deployMs] = await Promise.all([probes.newestVersion(model), probes.newestDeploy(model)]);
    if (!newest) return say('No prediction has come yet.');
    // A model that never says its version may have been replaced a hundred times.
    if (newest.version === '' && deployMs === null)
      return say(
        `Predictions carry no 'version' and no deploy was noted (POST /v1/models/${model.model}/annotations).`,
      );
    const noted = deployMs !== null && deployMs > newest.firstMs;
    const age = nowMs - (noted ? deployMs : newest.firstMs);
    const bad = beyond({ op: rule?.op ?? 'gt', value: limit }, age);
    const lasted = showDuration(Math.max(1000, age));
    const since = noted
      ? `The last deploy was ${lasted} ago`
      : `The newest version '${newest.version}' has served for ${lasted}`;
    const message = `${since}${bad ? `; ${showDuration(limit)} are allowed` : ''}.`;
    return new Map([
      [
        start,
        {
          findings: [
            {
              subject: 'model age',
              state: bad ? 'bad' : 'ok',
              value: age,
              threshold: limit,
              n: 1,
              message,
              details: { check: 'model_age', unit: 'ms', version: newest.version },
            },
          ],
          message,
        },
      ],
    ]);
  },
};
