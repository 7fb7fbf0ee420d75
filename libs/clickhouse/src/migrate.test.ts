import { describe, expect, it } from 'vitest';
import { migrationFiles, migrationText, render, statements } from './migrate.js';

const node = { database: 'plumbline' };
const cluster = { database: 'plumbline', cluster: 'main' };
const all = migrationFiles().flatMap((file) => statements(migrationText(file)).map((sql) => ({ file, sql })));
const tables = all.flatMap(({ sql }) => {
  const name = /CREATE TABLE IF NOT EXISTS \{\{database\}\}\.(\w+)/.exec(sql)?.[1];
  return name ? [{ name, sql }] : [];
});
const between = (sql: string, word: string) =>
  new RegExp(`${word}\\s*\\(([\\s\\S]*?)\\)\\s*(?:SETTINGS|TTL|$)`).exec(sql)?.[1] ?? '';

describe('migrations', () => {
  it('are numbered without gaps', () => {
    for (const [i, file] of migrationFiles().entries())
      expect(file).toMatch(new RegExp(`^${String(i + 1).padStart(4, '0')}_[a-z_]+\\.sql$`));
  });

  it('may be repeated after they were cut off anywhere', () => {
    for (const { file, sql } of all)
      expect(sql, file).toMatch(
        /^(INSERT INTO \{\{database\}\}\.window_newest|CREATE (TABLE|VIEW|MATERIALIZED VIEW) IF NOT EXISTS|ALTER TABLE \S+ (\{\{on_cluster\}\} )?(ADD|DROP|MODIFY|MATERIALIZE)|DROP (TABLE|VIEW) IF EXISTS)/,
      );
  });

  it('name their database, their engine and the cluster by placeholders only', () => {
    for (const { sql } of all) {
      expect(sql).not.toMatch(/plumbline\.|ENGINE = \w|ON CLUSTER/);
      expect(sql).toContain('{{database}}.');
      if (sql.startsWith('CREATE TABLE')) expect(sql).toContain('{{on_cluster}}');
    }
  });
});

describe('on one node', () => {
  it('nothing is left to fill in, and nothing is replicated', () => {
    for (const { sql } of all) {
      const text = render(sql, node);
      expect(text).not.toMatch(/\{\{|\}\}|ON CLUSTER|Replicated/);
      expect(text).toContain('plumbline.');
    }
  });

  it('an engine keeps its arguments', () => {
    expect(render('ENGINE = {{engine:ReplacingMergeTree(changed_at)}}', node)).toBe(
      'ENGINE = ReplacingMergeTree(changed_at)',
    );
    expect(render('ENGINE = {{engine:MergeTree()}}', node)).toBe('ENGINE = MergeTree()');
  });
});

describe('on a cluster', () => {
  it('every table is made on every node and replicated, under a path of its shard and its own', () => {
    for (const { name, sql } of tables) {
      const text = render(sql, cluster);
      expect(text, name).not.toMatch(/\{\{|\}\}/);
      expect(text, name).toContain(`CREATE TABLE IF NOT EXISTS plumbline.${name} ON CLUSTER 'main'`);
      expect(text, name).toMatch(
        /ENGINE = Replicated\w+\('\/clickhouse\/tables\/\{shard\}\/\{database\}\/\{table\}', '\{replica\}'(, \w+)?\)/,
      );
    }
  });

  it('an engine keeps its arguments', () => {
    expect(render('{{engine:ReplacingMergeTree(changed_at)}}', cluster)).toMatch(/'\{replica\}', changed_at\)$/);
    expect(render('{{engine:MergeTree()}}', cluster)).toMatch(/'\{replica\}'\)$/);
  });

  it('is the same text as on one node otherwise', () => {
    for (const { sql } of all) {
      const bare = (text: string) =>
        text
          .replace(/ON CLUSTER '\w+'/g, '')
          .replace(/Replicated(\w+)\('[^']*', '\{replica\}'(?:, )?([^)]*)\)/g, '$1($2)')
          .replace(/ +/g, ' ');
      expect(bare(render(sql, cluster))).toBe(bare(render(sql, node)));
    }
  });
});

describe('tables', () => {
  it('are found here at all', () => {
    expect(tables.map((t) => t.name)).toEqual(
      expect.arrayContaining(['predictions', 'outcomes', 'labels', 'evaluations']),
    );
  });

  it.each(tables.filter((t) => !['batches', 'batches_done'].includes(t.name)))(
    '$name is sorted by project first',
    ({ sql }) => {
      expect(between(sql, 'ORDER BY')).toMatch(/^project\b/);
    },
  );

  it.each(tables)('$name has project in its key', ({ sql }) => {
    expect(between(sql, 'ORDER BY').split(/,\s*/)).toContain('project');
  });

  it.each(tables)(
    '$name is not cut into more parts than one insert may touch: by month, by the day of writing, or by what is written',
    ({ sql }) => {
      expect(/PARTITION BY (.*)/.exec(sql)?.[1] ?? 'toYYYYMM(ts)').toMatch(
        /^toYYYYMM\(\w+\)$|^toYYYYMMDD\(noted_at\)$|^run$/,
      );
    },
  );

  it.each(['predictions', 'outcomes', 'batches', 'arrived_predictions', 'arrived_outcomes'])(
    '%s remembers what was inserted, so that a retry is harmless',
    (name) => {
      expect(tables.find((t) => t.name === name)!.sql).toContain('non_replicated_deduplication_window');
    },
  );
});
