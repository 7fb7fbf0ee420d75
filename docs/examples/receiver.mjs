// A webhook receiver that trusts nothing: it checks the signature over the bytes as they came, drops what it has seen, and
// answers before it works. Run: SECRET=… PORT=4567 node receiver.mjs
import { createHmac, timingSafeEqual } from 'node:crypto';
import { createServer } from 'node:http';

const { SECRET = '', PORT = '4567' } = process.env;
const TOLERANCE_S = 300;
/** The highest sequence of each key. Keep it in your database if repetitions after a restart would hurt. */
const seen = new Map();

function isFromPlumbline(header, body) {
  const [, t, v1] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(header ?? '') ?? [];
  if (!t || !v1 || Math.abs(Date.now() / 1000 - Number(t)) > TOLERANCE_S) return false;
  const expected = createHmac('sha256', SECRET).update(`${t}.`).update(body).digest();
  return timingSafeEqual(Buffer.from(v1, 'hex'), expected);
}

function work({ event, dedup_key: key, sequence, incident, storm }) {
  if (event !== 'test') {
    if (sequence <= (seen.get(key) ?? 0)) return console.log(`seen already: ${event} ${sequence} of ${key}`);
    seen.set(key, sequence);
  }
  if (storm) return console.log(`storm: ${storm.total} incidents, ${storm.state}`);
  console.log(`${event} #${incident.number} ${incident.severity}: ${incident.title}`);
}

createServer(async (request, response) => {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const body = Buffer.concat(chunks);
  if (!isFromPlumbline(request.headers['plumbline-signature'], body)) return response.writeHead(401).end();
  response.writeHead(204).end();
  work(JSON.parse(body));
}).listen(Number(PORT), '127.0.0.1', () => console.log('listening'));
