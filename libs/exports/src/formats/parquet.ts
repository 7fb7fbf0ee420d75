import { type FileMetaData, parquetMetadata, type RowGroup } from 'hyparquet';
import { ByteWriter } from 'hyparquet-writer';
import { writeMetadata } from 'hyparquet-writer/src/metadata.js';

const MAGIC = Buffer.from('PAR1');
const FOOTER_BYTES = 8;

/**
 * One Parquet file of the row groups of several: the engine encodes part after part, what it wrote is copied byte for byte, and
 * only the footer is made anew, with the places moved and the columns under their names. Memory holds the footer alone.
 */
export class ParquetFile {
  private offset = 0;
  private schema: FileMetaData['schema'] | undefined;
  private readonly groups: RowGroup[] = [];
  private rows = 0n;

  constructor(
    private readonly names: readonly string[],
    private readonly createdBy: string,
  ) {}

  /** What a part adds to the file; its columns are called `c0`, `c1`, … A part without rows still tells the schema. */
  append(part: Buffer): Buffer {
    const metadata = parquetMetadata(new Uint8Array(part).buffer);
    this.schema ??= metadata.schema;
    const before = this.offset === 0 ? MAGIC : Buffer.alloc(0);
    const body = part.subarray(MAGIC.length, part.length - FOOTER_BYTES - metadata.metadata_length);
    const moved = BigInt(this.offset + before.length - MAGIC.length);
    if (metadata.num_rows > 0n) for (const group of metadata.row_groups) this.groups.push(this.moved(group, moved));
    this.rows += metadata.num_rows;
    const bytes = Buffer.concat([before, ...(metadata.num_rows > 0n ? [body] : [])]);
    this.offset += bytes.length;
    return bytes;
  }

  finish(): Buffer {
    if (!this.schema) throw new Error('A Parquet file needs a part, if only an empty one.');
    const writer = new ByteWriter();
    writeMetadata(writer, {
      version: 2,
      created_by: this.createdBy,
      schema: this.schema.map((element) => ({ ...element, name: this.nameOf(element.name) })),
      num_rows: this.rows,
      row_groups: this.groups,
    } as unknown as FileMetaData);
    return Buffer.concat([writer.getBytes(), MAGIC]);
  }

  private nameOf(name: string): string {
    return /^c\d+$/.test(name) ? this.names[Number(name.slice(1))]! : name;
  }

  /** Ranges of texts are left out: they may be cut within a character. */
  private moved(group: RowGroup, by: bigint): RowGroup {
    const at = (place: bigint | undefined) => (place === undefined ? undefined : place + by);
    return {
      ...group,
      file_offset: at(group.file_offset),
      columns: group.columns.map((chunk) => {
        const { meta_data: meta } = chunk;
        if (!meta) throw new Error('A column without metadata.');
        const { statistics, type } = meta;
        return {
          ...chunk,
          file_offset: chunk.file_offset + by,
          meta_data: {
            ...meta,
            path_in_schema: [this.nameOf(meta.path_in_schema[0]!), ...meta.path_in_schema.slice(1)],
            data_page_offset: meta.data_page_offset + by,
            dictionary_page_offset: at(meta.dictionary_page_offset),
            index_page_offset: at(meta.index_page_offset),
            size_statistics: undefined,
            statistics: type === 'BYTE_ARRAY' && statistics ? { null_count: statistics.null_count } : statistics,
          },
        };
      }),
    };
  }
}
