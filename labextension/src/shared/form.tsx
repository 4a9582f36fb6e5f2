/**
 * A form drawn from a settings model's JSON schema: what matters first, everything else folded in groups.
 *
 * Lab's own `FormComponent` draws the fields; the submit button belongs to the panel.
 */
import { caretRightIcon, closeIcon, FormComponent } from '@jupyterlab/ui-components';
import type { FieldProps, FieldTemplateProps, RJSFSchema, UiSchema, WidgetProps } from '@rjsf/utils';
import validator from '@rjsf/validator-ajv8';
import React, { KeyboardEvent, ReactElement, useEffect, useId, useMemo, useState } from 'react';

import type { Form } from '../api/client';
import type { IStudio } from '../studio';
import { __ } from './words';

type Values = Record<string, unknown>;
type Choices = Record<string, string[]>;
/** What people call the values a field may have. */
type Labels = Record<string, string>;

interface ISchemaForm {
  studio: IStudio;
  form: Form;
  value: Values;
  onChange: (value: Values) => void;
  /** What may be chosen, by source: assets, columns(data), runs, models. */
  choices: (source: string) => Promise<string[]>;
}

export function SchemaForm({ studio, form, value, onChange, choices }: ISchemaForm): ReactElement {
  const properties = form.form.properties as Record<string, RJSFSchema>;
  const known = useChoices(properties, value, choices);
  const fields = (names: string[]) => (
    <Fields studio={studio} form={form} names={names} known={known} value={value} onChange={onChange} />
  );
  return (
    <div className="ls-Form">
      {form.first.length > 0 && fields(form.first)}
      {form.groups.map(group => (
        <details key={group.title} className="ls-Form-group">
          <summary>
            <caretRightIcon.react tag="span" className="ls-icon" />
            {studio.trans.__(group.title)}
            <span className="ls-note">{changedOf(group.fields, value, properties)}</span>
          </summary>
          {fields(group.fields)}
        </details>
      ))}
    </div>
  );
}

interface IFields {
  studio: IStudio;
  form: Form;
  names: string[];
  known: Choices;
  value: Values;
  onChange: (value: Values) => void;
}

function Fields({ studio, form, names, known, value, onChange }: IFields): ReactElement {
  // one schema object for as long as it says the same: another one would make every field anew
  const [schema, ui] = useMemo(() => drawn(form, names, known), [form, names.join(), JSON.stringify(known)]);
  const [touched, setTouched] = useState(false);
  return (
    <FormComponent
      schema={schema}
      uiSchema={ui as any}
      formData={{ ...ticked(schema), ...pick(value, names) } as any}
      formContext={{ defaultFormData: {} }}
      validator={validator as any}
      translator={{ load: () => studio.trans } as any}
      templates={{ FieldTemplate: Field as any }}
      widgets={{ names: Names as any }}
      fields={{ pairs: Pairs as any }}
      idPrefix={`ls-${form.name.replace(/\W/g, '-')}-${names[0]}`}
      tagName="div"
      experimental_defaultFormStateBehavior={{ emptyObjectFields: 'skipDefaults' }}
      showModifiedFromDefault={false}
      showErrorList={false}
      liveValidate={touched}
      onChange={event => {
        setTouched(true);
        const told = present(event.formData as unknown as Values);
        const untouched = Object.entries(ticked(schema)).filter(
          ([name, box]) => told[name] === box && !(name in value)
        );
        onChange({
          ...omit(value, names),
          ...omit(
            told,
            untouched.map(([name]) => name)
          )
        });
      }}
    />
  );
}

/** What boxes are set to when nobody has touched them: an empty one would say no. */
function ticked(schema: RJSFSchema): Values {
  const boxes = Object.entries(schema.properties ?? {}) as [string, RJSFSchema][];
  return Object.fromEntries(
    boxes.filter(([, one]) => one.type === 'boolean' && one.default === true).map(([name]) => [name, true])
  );
}

/** The part of the schema that is drawn, with suggestions put in. */
function drawn(form: Form, names: string[], known: Choices): [RJSFSchema, UiSchema] {
  const all = form.form.properties as Record<string, RJSFSchema & { choices?: string; labels?: Labels }>;
  const ui: UiSchema = { ...form.ui, 'ui:order': names };
  const properties: Record<string, RJSFSchema> = {};
  for (const name of names) {
    const { choices, labels, ...schema } = all[name];
    const suggested = (choices && known[choices]) || [];
    properties[name] = schema;
    if (schema.type === 'array') {
      const only = (schema.items as RJSFSchema | undefined)?.enum;
      const options = { suggested: only ?? suggested, closed: Boolean(only), labels };
      ui[name] = { 'ui:widget': 'names', 'ui:options': options };
    } else if (schema.type === 'object') {
      ui[name] = { 'ui:field': 'pairs' };
    } else if (schema.type === 'string' && suggested.length) {
      properties[name] = { ...schema, examples: suggested };
    } else if (schema.default !== undefined && schema.type !== 'boolean' && !schema.enum) {
      ui[name] = { 'ui:placeholder': String(schema.default) };
    } else if (schema.enum && labels) {
      // as alternatives with titles: not every JupyterLab's forms know names for an enumeration
      const { enum: values, ...rest } = schema;
      properties[name] = {
        ...rest,
        oneOf: values.map(one => ({ const: one, title: labels[String(one)] ?? String(one) }))
      };
    }
  }
  const required = ((form.form.required ?? []) as string[]).filter(name => names.includes(name));
  return [{ type: 'object', properties, required }, ui];
}

function Field(props: FieldTemplateProps): ReactElement {
  const { id, label, schema, children, required, rawErrors, hidden } = props;
  if (hidden || id.split('_').length === 1) {
    return <>{children}</>;
  }
  const described = schema.type === 'boolean' ? null : schema.description;
  return (
    <div className={`ls-Field${rawErrors?.length ? ' ls-mod-wrong' : ''}`}>
      {schema.type !== 'boolean' && (
        <label htmlFor={id}>
          {label}
          {required && <span aria-hidden="true"> *</span>}
        </label>
      )}
      {children}
      {described && <small className="ls-note">{described}</small>}
      {rawErrors?.map(error => (
        <small key={error} role="alert" className="ls-wrong">
          {error}
        </small>
      ))}
    </div>
  );
}

/** Names with a value each, written as `name=value`. */
function Pairs({ idSchema, name, formData, onChange }: FieldProps): ReactElement {
  const written = Object.entries((formData ?? {}) as Values).map(([key, value]) => `${key}=${value}`);
  const read = (pairs: string[]) =>
    Object.fromEntries(pairs.map(pair => pair.split(/\s*=\s*/, 2)).filter(([key, value]) => key && value));
  const shown = { suggested: [], placeholder: __('name=value') };
  const told = { id: idSchema.$id, label: name, value: written, options: shown };
  return <Names {...(told as any)} onChange={(pairs: string[]) => onChange(read(pairs))} />;
}

/** Several names: each with a button that takes it away, and a field with suggestions that adds one. */
function Names({ id, label, value, options, onChange }: WidgetProps): ReactElement {
  const list = useId();
  const [text, setText] = useState('');
  const names = (value ?? []) as string[];
  const labels = (options.labels ?? {}) as Labels;
  const suggested = (options.suggested as string[]).filter(one => !names.includes(one));
  const add = (typed: string) => {
    const name = suggested.find(one => labels[one] === typed) ?? typed;
    setText('');
    if (name && !names.includes(name) && (!options.closed || suggested.includes(name))) {
      onChange([...names, name]);
    }
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Enter' && text.trim()) {
      event.preventDefault();
      event.stopPropagation();
      add(text.trim());
    } else if (event.key === 'Backspace' && !text && names.length) {
      onChange(names.slice(0, -1));
    }
  };
  return (
    <div className="ls-Names">
      {names.map(name => (
        <span key={name} className="ls-Version">
          {labels[name] ?? name}
          <button
            type="button"
            aria-label={__('Remove %1', labels[name] ?? name)}
            onClick={() => onChange(names.filter(one => one !== name))}
          >
            <closeIcon.react tag="span" className="ls-icon" />
          </button>
        </span>
      ))}
      <input
        id={id}
        className="jp-mod-styled"
        aria-label={label}
        list={list}
        value={text}
        placeholder={names.length ? '' : ((options.placeholder as string) ?? __('None'))}
        onChange={event =>
          suggested.some(one => (labels[one] ?? one) === event.target.value)
            ? add(event.target.value)
            : setText(event.target.value)
        }
        onBlur={() => add(text.trim())}
        onKeyDown={onKeyDown}
      />
      <datalist id={list}>
        {suggested.map(one => (
          <option key={one} value={labels[one] ?? one} />
        ))}
      </datalist>
    </div>
  );
}

/** The choices of all sources, asked again when a field they depend on changes. */
function useChoices(properties: Record<string, RJSFSchema>, value: Values, ask: ISchemaForm['choices']): Choices {
  const [known, setKnown] = useState<Choices>({});
  const sources = [...new Set(Object.values(properties).map(one => one.choices as string | undefined))];
  const key = sources
    .filter((one): one is string => Boolean(one))
    .map(one => `${one}=${value[/\((\w+)\)/.exec(one)?.[1] ?? ''] ?? ''}`)
    .join();
  useEffect(() => {
    let current = true;
    for (const pair of key.split(',').filter(Boolean)) {
      const source = pair.slice(0, pair.indexOf('='));
      ask(source)
        .catch(() => [])
        .then(names => current && setKnown(before => ({ ...before, [source]: names })));
    }
    return () => {
      current = false;
    };
  }, [key]);
  return known;
}

function changedOf(names: string[], value: Values, properties: Record<string, RJSFSchema>): string {
  const changed = names.filter(
    name => value[name] !== undefined && JSON.stringify(value[name]) !== JSON.stringify(properties[name]?.default)
  );
  return changed.length ? __('%1 changed', changed.length) : '';
}

const pick = (value: Values, names: string[]) =>
  Object.fromEntries(names.filter(name => value[name] !== undefined).map(name => [name, value[name]]));
const omit = (value: Values, names: string[]) =>
  Object.fromEntries(Object.entries(value).filter(([name]) => !names.includes(name)));
const present = (value: Values) =>
  Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined && one !== null));
