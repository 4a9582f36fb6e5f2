/**
 * Try it: a row or an image of one's own for the model, its answer on top, live while the inputs are changed.
 */
import React, { ReactElement, useState } from 'react';

import type { ModelDetail } from '../api/client';
import { duration, number, percent } from '../shared/format';
import { Card, Failed, Middle, Skeleton } from '../shared/parts';
import type { IStudio } from '../studio';
import { IAnswer, likeliest, Row, useAnswer, useImageAnswer } from './answer';
import { Field, start } from './field';
import { ImageField } from './imageField';

const SHOWN = 8; // inputs, before the rest is folded
const BARS = 5; // classes

interface ITry {
  studio: IStudio;
  model: ModelDetail;
}

export function TryIt(told: ITry): ReactElement {
  return told.model.certificate.encoder ? <TryImage {...told} /> : <TryRow {...told} />;
}

/** A model of images: what makes numbers of them is the studio's business, not that of who tries it. */
function TryImage({ studio, model }: ITry): ReactElement {
  const [file, setFile] = useState<File | null>(null);
  const answer = useImageAnswer(model.ref, file);
  return (
    <Card title={studio.trans.__('Try it')} note={noteOf(studio, model, answer)} className="ls-try">
      {file && <Answer studio={studio} model={model} answer={answer} />}
      <ImageField trans={studio.trans} file={file} onChange={setFile} />
    </Card>
  );
}

function TryRow({ studio, model }: ITry): ReactElement {
  const { trans } = studio;
  const usual = (): Row => Object.fromEntries(model.inputs.map(input => [input.name, start(input)]));
  const [row, setRow] = useState(usual);
  const [all, setAll] = useState(false);
  const answer = useAnswer(model.ref, row);
  const shown = all ? model.inputs : model.inputs.slice(0, SHOWN);
  const folded = model.inputs.length - shown.length;
  return (
    <Card title={trans.__('Try it')} note={noteOf(studio, model, answer)} className="ls-try">
      <Answer studio={studio} model={model} answer={answer} />
      {shown.map(input => (
        <Field
          key={input.name}
          trans={trans}
          input={input}
          value={row[input.name]}
          onChange={value => setRow(before => ({ ...before, [input.name]: value }))}
        />
      ))}
      <div className="ls-try-foot">
        {folded > 0 && (
          <button className="ls-link" onClick={() => setAll(true)}>
            {trans._n('%1 more input at its usual value', '%1 more inputs at their usual value', folded)}
          </button>
        )}
        <span className="ls-grow" />
        <button className="ls-link" onClick={() => setRow(usual())}>
          {trans.__('Usual values')}
        </button>
      </div>
    </Card>
  );
}

function noteOf({ trans }: IStudio, { certificate, version }: ModelDetail, { found }: IAnswer): string {
  if (!found) {
    return `@${version}`;
  }
  return certificate.encoder
    ? trans.__('@%1, encoded and answered in %2', version, took(found.seconds))
    : trans.__('@%1, answered by the ONNX file in %2', version, took(found.seconds));
}

function Answer({ studio: { trans }, model, answer }: ITry & { answer: IAnswer }) {
  const { found, error, pending } = answer;
  if (error) {
    return <Failed error={error} />;
  }
  if (!found) {
    return <Skeleton lines={2} />;
  }
  const [prediction] = found.predictions;
  const classes = likeliest(found);
  const target = model.target ?? trans.__('answer');
  return (
    <div className={`ls-answer ${pending ? 'ls-pending' : ''}`} role="status" aria-busy={pending}>
      <p>
        <strong>
          {typeof prediction === 'number' && !classes.length ? (
            number(prediction)
          ) : (
            <Middle text={String(prediction)} />
          )}
        </strong>
        <span>{target}</span>
      </p>
      {classes.length > 0 && (
        <ul className="ls-likely">
          {classes.slice(0, BARS).map(([name, probability]) => (
            <li key={name}>
              <span className="ls-cut" title={name}>
                {name}
              </span>
              <span className="ls-rail" aria-hidden="true">
                <i style={{ width: `${100 * probability}%` }} />
              </span>
              <span className="ls-right">{percent(probability, 1)}</span>
            </li>
          ))}
          {classes.length > BARS && (
            <li className="ls-muted">
              <span>{trans.__('%1 more', classes.length - BARS)}</span>
            </li>
          )}
        </ul>
      )}
    </div>
  );
}

function took(seconds: number): string {
  return seconds < 0.001 ? `${number(seconds * 1000, 2)} ms` : duration(seconds);
}
