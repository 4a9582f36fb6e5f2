/**
 * The form of one rule: what kind it is, and what that kind asks.
 */
import React, { useState } from 'react';

import type { Column, QualityKind, Rule } from '../../api/client';
import { Button } from '../../shared/parts';
import type { IStudio } from '../../studio';
import { unfilled, Values } from '../fields/describe';
import { Fields } from '../fields/fields';
import { fieldsOfKind, formValue, ruleOf, told } from './rules';

interface IProps {
  studio: IStudio;
  kinds: readonly QualityKind[];
  columns: readonly Column[];
  assets: readonly string[];
  /** The rule that is changed; a new one without. */
  rule?: Rule;
  /** Gives the sentence that says why it cannot be. */
  onSave: (rule: Rule) => Promise<string | null>;
  onClose: () => void;
}

export function RuleForm({ studio: { trans }, kinds, columns, assets, rule, onSave, onClose }: IProps) {
  const [name, setName] = useState<string>(rule?.kind ?? kinds[0].kind);
  const kind = kinds.find(one => one.kind === name)!;
  const [value, setValue] = useState<Values>(() => (rule ? formValue(told(rule), kind) : {}));
  const [error, setError] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const fields = fieldsOfKind(kind);
  const missing = unfilled(fields, value);
  const table = {
    columns: columns.map(column => ({ name: column.name, kind: column.semantic })),
    functions: [],
    assets
  };
  const save = async () => {
    setBusy(true);
    const problem = await onSave(ruleOf(value, kind));
    setBusy(false);
    problem === null ? onClose() : setError(problem);
  };
  const choose = (next: string) => {
    // what both kinds ask stays
    const known = new Set(fieldsOfKind(kinds.find(one => one.kind === next)!).map(field => field.name));
    const both = ruleOf(value, kind) as unknown as Values;
    setName(next);
    setValue(
      formValue(
        Object.fromEntries(Object.entries(both).filter(([one]) => known.has(one))),
        kinds.find(one => one.kind === next)!
      )
    );
    setError(null);
  };
  return (
    <div className="ls-quality-form" role="form" aria-label={trans.__('Rule')}>
      <div className="ls-Form ls-Fields">
        <label className="ls-Field">
          <b>{trans.__('Kind')}</b>
          <select autoFocus={!rule} value={name} onChange={event => choose(event.target.value)}>
            {kinds.map(one => (
              <option key={one.kind} value={one.kind}>
                {one.title}
              </option>
            ))}
          </select>
          <small className="ls-note">{kind.summary}</small>
        </label>
      </div>
      <Fields
        fields={fields}
        value={value}
        table={table}
        error={error ?? undefined}
        onChange={next => {
          setValue(next);
          setError(null);
        }}
      />
      <div className="ls-quality-do">
        <Button
          main
          label={rule ? trans.__('Save the rule') : trans.__('Add the rule')}
          disabled={busy || missing.length > 0}
          onClick={() => void save()}
        />
        <Button label={trans.__('Cancel')} onClick={onClose} />
        {missing.length > 0 && (
          <span className="ls-note">
            {trans.__('Still to be told: %1', missing.map(field => field.label.toLowerCase()).join(', '))}
          </span>
        )}
      </div>
    </div>
  );
}
