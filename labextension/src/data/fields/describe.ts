/**
 * What a form about a table asks: each field with the editor that fits, read from the JSON schema of its model.
 *
 * Columns, orders and expressions are told apart by what the schema says may be chosen. It draws nothing.
 */
export type Values = Record<string, unknown>;

export type Editor =
  | 'text'
  | 'number'
  | 'boolean'
  | 'choice'
  | 'choices'
  | 'column'
  | 'columns'
  | 'order'
  | 'expression'
  | 'asset'
  | 'list'
  | 'map'
  | 'rows'
  | 'value';

export interface IField {
  name: string;
  label: string;
  description: string;
  editor: Editor;
  required: boolean;
  /** What it is when nothing is told. */
  initial?: unknown;
  /** Of a choice. */
  options: string[];
  /** Whether what is typed is a number, in a list or as the values of a map. */
  numeric: boolean;
  integer: boolean;
  /** Whether the keys of a map are columns. */
  byColumn: boolean;
  /** What a row of a list of rows asks. */
  fields: IField[];
}

/** The part of JSON schema that models of the studio use. */
export interface ISchema {
  type?: string;
  title?: string;
  description?: string;
  default?: unknown;
  enum?: unknown[];
  const?: unknown;
  anyOf?: ISchema[];
  items?: ISchema;
  additionalProperties?: ISchema | boolean;
  properties?: Record<string, ISchema>;
  required?: string[];
  $ref?: string;
  $defs?: Record<string, ISchema>;
  choices?: string;
  keys?: string;
}

/** The fields of a model, in its order. */
export function fieldsOf(schema: ISchema, defs = schema.$defs ?? {}): IField[] {
  return Object.entries(schema.properties ?? {}).map(([name, one]) =>
    fieldOf(name, one, schema.required?.includes(name) ?? false, defs)
  );
}

function fieldOf(name: string, told: ISchema, required: boolean, defs: Record<string, ISchema>): IField {
  const schema = { ...told, ...plain(told, defs) };
  const items = schema.items && plain(schema.items, defs);
  const values = typeof schema.additionalProperties === 'object' ? plain(schema.additionalProperties, defs) : undefined;
  const editor = editorOf(schema, items);
  return {
    name,
    label: worded(name),
    description: told.description ?? schema.description ?? '',
    editor,
    required,
    initial: told.default,
    options: ((editor === 'choices' ? items?.enum : schema.enum) ?? []).map(String),
    numeric: [items?.type, values?.type, schema.type].some(one => one === 'number' || one === 'integer'),
    integer: schema.type === 'integer' || items?.type === 'integer',
    byColumn: schema.keys === 'columns',
    fields: editor === 'rows' ? fieldsOf(items!, defs) : []
  };
}

function editorOf(schema: ISchema, items?: ISchema): Editor {
  const { choices, type } = schema;
  if (choices === 'expression' || choices === 'order') {
    return choices;
  }
  if (choices === 'columns') {
    return type === 'array' ? 'columns' : 'column';
  }
  if (choices === 'assets') {
    return 'asset';
  }
  if (schema.enum) {
    return 'choice';
  }
  if (type === 'array') {
    return items?.enum ? 'choices' : items?.properties ? 'rows' : 'list';
  }
  if (type === 'object') {
    return 'map';
  }
  if (type === 'number' || type === 'integer') {
    return 'number';
  }
  return type === 'boolean' ? 'boolean' : type === 'string' ? 'text' : 'value';
}

/** A schema without its reference, and without the way to say nothing. */
function plain(schema: ISchema, defs: Record<string, ISchema>): ISchema {
  if (schema.$ref) {
    return plain(defs[schema.$ref.split('/').pop()!] ?? {}, defs);
  }
  if (schema.anyOf) {
    const told = schema.anyOf.filter(one => one.type !== 'null').map(one => plain(one, defs));
    return told.length === 1 ? told[0] : {};
  }
  return schema;
}

function worded(name: string): string {
  const words = name.replace(/_/g, ' ');
  return words[0].toUpperCase() + words.slice(1);
}

/** The names of fields that have to be told and are not. */
export function unfilled(fields: readonly IField[], value: Values): IField[] {
  return fields.filter(field => field.required && empty(value[field.name]));
}

export function empty(value: unknown): boolean {
  return (
    value === undefined ||
    value === null ||
    value === '' ||
    (typeof value === 'object' && Object.keys(value as object).length === 0)
  );
}

/** A text as the value that it spells: a number, a truth, or itself. */
export function spelled(text: string): string | number | boolean {
  const said = text.trim();
  if (/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(said) && !/^[+-]?0\d/.test(said)) {
    return Number(said);
  }
  return said === 'true' ? true : said === 'false' ? false : text;
}
