import { describe, expect, it } from 'vitest';
import { withLiterals } from './literals.js';

describe('withLiterals', () => {
  it('casts what was to be bound, and never looks into what it put there', () => {
    expect(withLiterals('SELECT {a:String}, {b:Array(String)}', { a: '{b:String}', b: ["it's", 'x'] })).toBe(
      "SELECT _CAST('{b:String}', 'String'), _CAST('[\\'it\\\\\\'s\\',\\'x\\']', 'Array(String)')",
    );
  });

  it('leaves the quotes of a type and of a text inside', () => {
    expect(withLiterals("{at:DateTime64(3,'UTC')}", { at: "\\'; DROP" })).toBe(
      "_CAST('\\\\\\'; DROP', 'DateTime64(3,\\'UTC\\')')",
    );
  });

  it('says nothing of a parameter that has no value, not even of one that every object has', () => {
    expect(withLiterals('{missing:String} {constructor:String} {gone:Nullable(String)}', { gone: null })).toBe(
      "{missing:String} {constructor:String} _CAST(NULL, 'Nullable(String)')",
    );
  });
});
