import { describe, expect, it } from 'vitest';
import { Gate } from './gate.js';

describe('Gate', () => {
  it('lets two through, after a failure one and not before its time', () => {
    const gate = new Gate();
    expect([gate.width, gate.opensAt]).toEqual([2, 0]);
    gate.failed(100, 50, false);
    expect([gate.width, gate.opensAt]).toEqual([1, 150]);
    gate.failed(110, 10, false);
    expect(gate.opensAt).toBe(150);
    gate.answered();
    expect([gate.width, gate.opensAt]).toEqual([2, 0]);
  });

  it('can be hurried past a back-off but not past what the server asked for', () => {
    const gate = new Gate();
    gate.failed(100, 50, false);
    gate.hurry();
    expect(gate.opensAt).toBe(0);
    gate.failed(100, 70, true);
    gate.failed(100, 500, false);
    gate.hurry();
    expect(gate.opensAt).toBe(170);
    gate.answered(); // the other request in flight; the wish for silence is still younger
    expect(gate.opensAt).toBe(170);
  });
});
