// A service that predicts, with Fastify. PLUMBLINE_URL and PLUMBLINE_API_KEY say where to and who: node docs/examples/fastify.mjs
import { Plumbline } from '@plumbline/sdk';
import Fastify from 'fastify';

const model = { predict: ({ age }) => 1 / (1 + Math.exp((40 - age) / 10)) }; // yours

const plumbline = new Plumbline({
  model: 'fraud',
  version: 'v3',
  spool: { dir: process.env.SPOOL_DIR ?? '/tmp/fraud-service' }, // events survive an outage and a crash
});
const app = Fastify();

app.post('/score', async (request) => {
  const begin = performance.now();
  const score = model.predict(request.body);
  const id = plumbline.logPrediction({
    features: request.body,
    prediction: { score },
    tags: { platform: request.headers['x-platform'] },
    latencyMs: performance.now() - begin,
  });
  return { id, score };
});

// Whenever it is known what was true, from whoever knows it.
app.post('/outcomes', async (request, reply) => {
  plumbline.logOutcome({ predictionId: request.body.id, label: request.body.label });
  return reply.code(202).send();
});

app.addHook('onClose', () => plumbline.close());
process.once('SIGTERM', () => app.close());
await app.listen({ port: Number(process.env.PORT ?? 3000) });
console.log(`listening on ${app.listeningOrigin}`);
