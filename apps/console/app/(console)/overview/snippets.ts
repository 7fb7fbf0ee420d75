/** What a new user copies: complete, with the address of this very server. */
export function snippets(origin: string): { id: string; label: string; code: string }[] {
  const url = `${origin}/api`;
  return [
    {
      id: 'typescript',
      label: 'TypeScript',
      code: `import { Plumbline } from '@plumbline/sdk';

const plumbline = new Plumbline({
  url: '${url}',
  apiKey: process.env.PLUMBLINE_API_KEY,
  model: 'fraud',
});

const predictionId = plumbline.logPrediction({
  features: { age: 31, country: 'BR' },
  prediction: { score: 0.93 },
  tags: { platform: 'ios' },
});

// Seconds or months later, when it is known:
plumbline.logOutcome({ predictionId, label: 1 });`,
    },
    {
      id: 'python',
      label: 'Python',
      code: `import json, os, urllib.request

def send(kind, event):
    urllib.request.urlopen(urllib.request.Request(
        f"${url}/v1/{kind}",
        data=json.dumps({"events": [event]}).encode(),
        headers={
            "Authorization": f"Bearer {os.environ['PLUMBLINE_API_KEY']}",
            "Content-Type": "application/json",
        },
    ))

send("predictions", {
    "model": "fraud",
    "prediction_id": "order-1842",
    "features": {"age": 31, "country": "BR"},
    "prediction": {"score": 0.93},
    "tags": {"platform": "ios"},
})

# Seconds or months later, when it is known:
send("outcomes", {"model": "fraud", "prediction_id": "order-1842", "label": 1})`,
    },
    {
      id: 'curl',
      label: 'curl',
      code: `curl ${url}/v1/predictions \\
  -H "Authorization: Bearer $PLUMBLINE_API_KEY" \\
  -H 'Content-Type: application/json' \\
  -d '{
    "model": "fraud",
    "prediction_id": "order-1842",
    "features": {"age": 31, "country": "BR"},
    "prediction": {"score": 0.93}
  }'

# Seconds or months later, when it is known:
curl ${url}/v1/outcomes \\
  -H "Authorization: Bearer $PLUMBLINE_API_KEY" \\
  -H 'Content-Type: application/json' \\
  -d '{"model": "fraud", "prediction_id": "order-1842", "label": 1}'`,
    },
  ];
}
