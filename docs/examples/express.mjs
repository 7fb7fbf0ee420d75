// A service that predicts, with Express. PLUMBLINE_URL and PLUMBLINE_API_KEY say where to and who: node docs/examples/express.mjs
import { Plumbline } from '@plumbline/sdk';
import express from 'express';

const model = { predict: ({ age }) => 1 / (1 + Math.exp((40 - age) / 10)) }; // yours

const plumbline = new Plumbline({ model: 'fraud', version: 'v3' });
const app = express();
app.use(express.json());

app.post('/score', (req, res) => {
  const begin = performance.now();
  const score = model.predict(req.body);
  const id = plumbline.logPrediction({
    features: req.body,
    prediction: { score },
    tags: { platform: req.get('x-platform') },
    latencyMs: performance.now() - begin,
  });
  res.json({ id, score });
});

// Whenever it is known what was true, from whoever knows it.
app.post('/outcomes', (req, res) => {
  plumbline.logOutcome({ predictionId: req.body.id, label: req.body.label });
  res.sendStatus(202);
});

const server = app.listen(Number(process.env.PORT ?? 3000), () => {
  console.log(`listening on http://127.0.0.1:${server.address().port}`);
});
process.once('SIGTERM', () => server.close(() => plumbline.close()));
