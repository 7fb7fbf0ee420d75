export type Snippet = { id: 'typescript' | 'python' | 'curl'; label: string; code: string };

/** What a new user copies: complete, with the address of this very server and, once it is made, the key. */
export function snippets(origin: string, key: string | null): Snippet[] {
  const url = `${origin}/api`;
  const bearer = key ?? '$PLUMBLINE_API_KEY';
  return [
    {
      id: 'typescript',
      label: 'TypeScript',
      code: `// Once, in a checkout of Plumbline: npm install ./libs/sdk
import { Plumbline } from '@plumbline/sdk';

const plumbline = new Plumbline({
  url: '${url}',
  apiKey: ${key ? `'${key}'` : 'process.env.PLUMBLINE_API_KEY'},
  model: 'fraud',
});

const predictionId = plumbline.logPrediction({
  features: { age: 31, country: 'BR' },
  prediction: { score: 0.93 },
  tags: { platform: 'ios' },
});

// Seconds or months later, when it is known:
plumbline.logOutcome({ predictionId, label: 1 });

await plumbline.close(); // at the end of the process`,
    },
    {
      id: 'python',
      label: 'Python',
      code: `# Once, in a checkout of Plumbline: pip install ./libs/sdk-python
${key ? '' : 'import os\n'}from plumbline import Plumbline

plumbline = Plumbline(
    "${url}",
    api_key=${key ? `"${key}"` : 'os.environ["PLUMBLINE_API_KEY"]'},
    model="fraud",
)

prediction_id = plumbline.log_prediction(
    features={"age": 31, "country": "BR"},
    prediction={"score": 0.93},
    tags={"platform": "ios"},
)

# Seconds or months later, when it is known:
plumbline.log_outcome(prediction_id=prediction_id, label=1)

plumbline.close()  # at the end of the process`,
    },
    {
      id: 'curl',
      label: 'curl',
      code: `curl ${url}/v1/predictions \\
  -H "Authorization: Bearer ${bearer}" \\
  -H 'Content-Type: application/json' \\
  -d '{
    "model": "fraud",
    "prediction_id": "order-1842",
    "features": {"age": 31, "country": "BR"},
    "prediction": {"score": 0.93},
    "tags": {"platform": "ios"}
  }'

# Seconds or months later, when it is known:
curl ${url}/v1/outcomes \\
  -H "Authorization: Bearer ${bearer}" \\
  -H 'Content-Type: application/json' \\
  -d '{"model": "fraud", "prediction_id": "order-1842", "label": 1}'`,
    },
  ];
}
