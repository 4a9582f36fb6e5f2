import { expect, it } from 'vitest';

import { fieldsOf, ISchema, spelled, unfilled } from '../../../src/data/fields/describe';

const schema: ISchema = {
  required: ['by', 'where', 'names', 'measures'],
  properties: {
    names: { type: 'array', items: { type: 'string' }, choices: 'columns', description: 'Columns.' },
    column: { type: 'string', choices: 'columns' },
    by: { type: 'array', items: { type: 'string' }, choices: 'order' },
    where: { type: 'string', choices: 'expression' },
    renamed: { type: 'object', additionalProperties: { type: 'string' }, keys: 'columns' },
    parts: { type: 'object', additionalProperties: { type: 'number' } },
    edges: { type: 'array', items: { type: 'number' } },
    units: { type: 'array', items: { enum: ['year', 'month'], type: 'string' } },
    to: { enum: ['number', 'text'], type: 'string' },
    only: { type: 'boolean', default: false },
    seed: { type: 'integer', default: 0 },
    value: { anyOf: [{ type: 'boolean' }, { type: 'number' }, { type: 'string' }] },
    low: { anyOf: [{ type: 'string' }, { type: 'null' }], default: null },
    other: { type: 'string', choices: 'assets' },
    measures: { type: 'array', items: { $ref: '#/$defs/Measure' } }
  },
  $defs: {
    Measure: {
      required: ['name'],
      properties: {
        name: { type: 'string' },
        column: { anyOf: [{ type: 'string' }, { type: 'null' }], choices: 'columns' }
      }
    }
  }
};

it('gives each field the editor that fits it', () => {
  const fields = Object.fromEntries(fieldsOf(schema).map(field => [field.name, field]));
  expect(Object.fromEntries(Object.values(fields).map(field => [field.name, field.editor]))).toEqual({
    names: 'columns',
    column: 'column',
    by: 'order',
    where: 'expression',
    renamed: 'map',
    parts: 'map',
    edges: 'list',
    units: 'choices',
    to: 'choice',
    only: 'boolean',
    seed: 'number',
    value: 'value',
    low: 'text',
    other: 'asset',
    measures: 'rows'
  });
  expect([fields.renamed.byColumn, fields.parts.byColumn, fields.parts.numeric]).toEqual([true, false, true]);
  expect([fields.edges.numeric, fields.seed.integer, fields.units.options]).toEqual([true, true, ['year', 'month']]);
  expect(fields.measures.fields.map(field => [field.name, field.editor, field.required])).toEqual([
    ['name', 'text', true],
    ['column', 'column', false]
  ]);
});

it('names the fields that have to be told and are not', () => {
  const told = { by: ['a'], where: '', names: [], measures: [{ name: 'n' }] };
  expect(unfilled(fieldsOf(schema), told).map(field => field.name)).toEqual(['names', 'where']);
});

it('reads a value as what it spells', () => {
  expect(['7', '-1.5e3', 'true', 'seven', '007', ''].map(spelled)).toEqual([7, -1500, true, 'seven', '007', '']);
});
