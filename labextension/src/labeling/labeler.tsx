/**
 * The workbench: one item, its labels, and a key for everything.
 */
import React, { KeyboardEvent, ReactElement, useEffect, useRef, useState } from 'react';

import type { LabelingItem } from '../api/client';
import { number, percent } from '../shared/format';
import { Button, Empty, Failed, Skeleton } from '../shared/parts';
import { __ } from '../shared/words';
import type { IStudio } from '../studio';
import type { Bench } from './bench';
import { ImageView } from './imageView';
import { KeyHelp } from './keyHelp';
import type { Action } from './keys';
import { useHeld, useOwnKeys } from './ownKeys';
import { Picture } from './picture';
import { Key, Side } from './side';
import { RowView } from './rowView';
import { SpanText } from './spanText';
import { useBench } from './useBench';
import { inWords, partsOf } from './value';
import { reasonName } from './words';

export function Labeler({ studio, bench }: { studio: IStudio; bench: Bench }): ReactElement {
  useBench(bench);
  const root = useRef<HTMLDivElement>(null);
  const [filter, setFilter] = useState<string | null>(null);
  const [help, setHelp] = useState(false);
  const [comment, setComment] = useState<string | null>(null);
  const { item, project } = bench;
  const focus = () => (root.current?.querySelector<HTMLElement>('[data-stage]') ?? root.current)?.focus();
  useOwnKeys(root, focus);
  // a document has the keyboard; in a notebook it is only here when somebody brought it
  const held = useHeld(root);
  useEffect(() => {
    if (filter === null && comment === null && !help && (bench.transport.place === 'server' || held())) {
      focus();
    }
  }, [item?.number, filter, comment, help]);

  const onKeyDown = (event: KeyboardEvent) => {
    const typing = (event.target as HTMLElement).matches(
      'input:not([type=checkbox]):not([type=range]), textarea, select'
    );
    const meaning = typing || help ? null : bench.keys.meaning(event.nativeEvent);
    if (!meaning || !item) {
      return;
    }
    event.preventDefault();
    bench.clock.touch();
    if (meaning.kind === 'label') {
      bench.choose(meaning.label.id);
    } else if (meaning.kind === 'filter') {
      setFilter(event.key);
    } else {
      act(meaning.action, event.shiftKey);
    }
  };
  const act = (action: Action, back: boolean) => {
    switch (action) {
      case 'accept':
        return bench.accept();
      case 'take':
        return bench.take();
      case 'done':
        return bench.done();
      case 'skip':
        return bench.skip();
      case 'dismiss':
        return bench.dismiss();
      case 'undo':
        return void bench.undo();
      case 'flag':
        return void bench.note('');
      case 'comment':
        return setComment('');
      case 'remove':
        return bench.removeSelected();
      case 'next':
        return bench.selectNext(back ? -1 : 1);
      case 'help':
        return setHelp(true);
    }
  };

  if (bench.error && !item) {
    return <Failed error={bench.error} />;
  }
  if (!project) {
    return <Skeleton lines={8} />;
  }
  return (
    <div
      className="ls-Labeler"
      ref={root}
      tabIndex={-1}
      onKeyDown={onKeyDown}
      onPointerMove={() => bench.clock.touch()}
    >
      <Progress bench={bench} />
      {bench.problem && (
        <p className="ls-Labeler-problem" role="alert">
          {bench.problem}
          <button className="ls-link" onClick={() => bench.tell(null)}>
            {__('Close')}
          </button>
        </p>
      )}
      <div className="ls-Labeler-body">
        <main className="ls-Labeler-stage" aria-label={__('Item')}>
          {item ? (
            <>
              <Suggested bench={bench} item={item} />
              <Stage bench={bench} item={item} />
              <Ahead studio={studio} bench={bench} />
            </>
          ) : bench.isDone ? (
            <Done studio={studio} bench={bench} />
          ) : (
            <Skeleton lines={8} />
          )}
        </main>
        <Side
          studio={studio}
          bench={bench}
          filter={filter}
          setFilter={setFilter}
          onHelp={() => setHelp(true)}
          onFocus={focus}
        />
      </div>
      {comment !== null && item && (
        <Comment
          value={comment}
          onChange={setComment}
          onClose={send => {
            send && comment.trim() && void bench.note(comment.trim());
            setComment(null);
          }}
        />
      )}
      {help && <KeyHelp studio={studio} bench={bench} onClose={() => setHelp(false)} />}
      <p className="ls-hidden" role="status">
        {item ? __('Item %1', item.caption ?? item.key) : ''}
      </p>
    </div>
  );
}

function Stage({ bench, item }: { bench: Bench; item: LabelingItem }): ReactElement {
  const { item_kind: kind, task } = bench.project!;
  return (
    <div className="ls-Labeler-item" key={item.number}>
      {item.error && kind !== 'image' ? (
        <p role="alert">{item.error}</p>
      ) : kind === 'image' ? (
        <ImageView bench={bench} item={item} />
      ) : kind === 'text' ? (
        task === 'spans' ? (
          <SpanText bench={bench} item={item} />
        ) : (
          <div className="ls-Labeler-text">{item.text}</div>
        )
      ) : (
        <RowView bench={bench} item={item} />
      )}
      {kind !== 'table' && Object.keys(item.row).length > 0 && (
        <details className="ls-Labeler-row">
          <summary>{__('The row it stands in')}</summary>
          <RowView bench={bench} item={item} />
        </details>
      )}
      {item.alike > 0 && (
        <p className="ls-note">
          {__('≈ %1 other items are nearly the same; the grid labels them together.', item.alike)}
        </p>
      )}
      {task === 'number' && <NumberField bench={bench} item={item} />}
    </div>
  );
}

function NumberField({ bench, item }: { bench: Bench; item: LabelingItem }): ReactElement {
  const [text, setText] = useState(bench.value.number === null ? '' : String(bench.value.number));
  const save = () => {
    const told = Number(text.replace(',', '.'));
    if (text.trim() === '' || Number.isNaN(told)) {
      bench.tell(__('Type a number, such as 4.2.'));
    } else {
      bench.edit({ ...bench.value, number: told });
      bench.done();
    }
  };
  return (
    <label className="ls-Labeler-number">
      {__('Number')}
      <input
        className="ls-input"
        data-stage
        inputMode="decimal"
        placeholder={item.suggestion?.value.number?.toString() ?? ''}
        value={text}
        onChange={event => setText(event.target.value)}
        onKeyDown={event => {
          if (event.key === 'Enter') {
            event.preventDefault();
            text === '' ? bench.accept() : save();
          }
        }}
      />
    </label>
  );
}

/** How far the project is, how quick this person, whether everything is saved. */
function Progress({ bench }: { bench: Bench }): ReactElement {
  const { progress, outbox } = bench;
  const done = progress ? progress.labeled + progress.auto : 0;
  const share = progress && progress.items > 0 ? done / progress.items : 0;
  const saved = {
    saved: __('Saved'),
    saving: __('Saving…'),
    waiting:
      bench.transport.place === 'server'
        ? __('The server does not answer; %1 kept here', outbox.waiting.length)
        : __('The kernel does not answer; %1 kept here', outbox.waiting.length)
  }[outbox.state];
  return (
    <div className="ls-Labeler-progress">
      <div className="ls-grow">
        <div className="ls-head-line">
          <b>{number(done)}</b> {__('of %1 labeled', number(progress?.items ?? 0))}
          <span className="ls-grow" />
          <span className="ls-note">{percent(share)}</span>
        </div>
        <div
          className="ls-Labeler-bar"
          role="progressbar"
          aria-label={__('Labeled')}
          aria-valuenow={Math.round(100 * share)}
        >
          <i style={{ width: `${100 * share}%` }} />
        </div>
      </div>
      <Fact value={number(progress?.mine ?? 0)} name={__('by you')} />
      <Fact value={number(progress?.left ?? 0)} name={__('left for you')} />
      <span className={`ls-note ls-mod-${outbox.state}`} role="status">
        {saved}
      </span>
    </div>
  );
}

function Fact({ value, name }: { value: string; name: string }): ReactElement {
  return (
    <div className="ls-Labeler-fact">
      <b>{value}</b>
      <span className="ls-note">{name}</span>
    </div>
  );
}

/** What a model thinks, and the keys that take it or leave it. */
function Suggested({ bench, item }: { bench: Bench; item: LabelingItem }): ReactElement | null {
  const { suggestion } = item;
  const { suggested, atHand } = bench;
  const whole = suggestion && partsOf(suggestion.value).length === 0;
  if (!suggestion || item.value || (!whole && !atHand)) {
    return null;
  }
  const words = atHand
    ? (bench.labelById.get(atHand.label)?.name ?? atHand.label)
    : inWords(suggestion.value, bench.labelById, __('nothing'));
  const score = atHand ? atHand.score : suggestion.score;
  const several = suggested.length > 1;
  const key = (action: Action, label: string, act: () => void) => (
    <button className="ls-link" onMouseDown={event => event.preventDefault()} onClick={act}>
      <Key of={bench.keys.of(action)} /> {label}
    </button>
  );
  return (
    <div className="ls-Suggested" role="group" aria-label={__('Suggestion')}>
      <span className="ls-Chip" title={__('Suggested by round %1', suggestion.run)}>
        {several ? __('Suggestion %1 of %2', suggested.indexOf(atHand!) + 1, suggested.length) : __('Suggestion')}
      </span>
      <b className="ls-cut">{words}</b>
      {score !== null && (
        <>
          <span className="ls-Suggested-bar" aria-hidden="true">
            <i style={{ width: `${100 * score}%` }} />
          </span>
          <span className="ls-note">{percent(score)}</span>
        </>
      )}
      {key('accept', several ? __('accept all %1, next', suggested.length) : __('accept, next'), () => bench.accept())}
      {atHand && key('take', __('accept'), () => bench.take())}
      {atHand && key('dismiss', __('dismiss'), () => bench.dismiss())}
      {several && key('next', __('next'), () => bench.selectNext(1))}
    </div>
  );
}

/** What was just done and what comes next; a click goes there. */
function Ahead({ studio: { trans }, bench }: { studio: IStudio; bench: Bench }): ReactElement {
  const image = bench.project!.item_kind === 'image';
  const title = (item: LabelingItem) => item.caption ?? item.text ?? item.key;
  const one = (item: LabelingItem, when: 'past' | 'now' | 'next', said = '') => (
    <li key={`${when} ${item.number}`}>
      <button
        className={`ls-Ahead-item ls-mod-${when}`}
        aria-current={when === 'now' || undefined}
        title={title(item)}
        onClick={() => void bench.revisit(item.number)}
      >
        {image && item.media && <Picture bench={bench} item={item} size={128} />}
        <span className="ls-cut">{title(item)}</span>
        <span className="ls-note ls-cut">{said || (when === 'now' ? __('now') : reasonName(trans, item.reason))}</span>
      </button>
    </li>
  );
  return (
    <ol className="ls-Ahead" aria-label={__('Before and after')}>
      {bench.past
        .slice(-3)
        .map(({ item, value }) =>
          one(item, 'past', value ? inWords(value, bench.labelById, __('nothing')) : __('skipped'))
        )}
      {one(bench.item!, 'now')}
      {bench.ahead.slice(0, 4).map(item => one(item, 'next'))}
    </ol>
  );
}

function Done({ studio, bench }: { studio: IStudio; bench: Bench }): ReactElement {
  const { progress, project } = bench;
  const open = progress ? progress.items - progress.labeled - progress.auto : 0;
  return (
    <Empty
      text={
        !progress?.items
          ? __('There is nothing to label: %1 has no items.', project!.ref)
          : open > 0
            ? __('Nothing is left for you now; %1 items wait for others, or were skipped.', number(open))
            : __('All %1 items are labeled.', number(progress.items))
      }
      action={
        // the kernel's data need not be the server's
        bench.transport.place === 'server' && (
          <Button main label={__('New AutoML run')} onClick={() => studio.open(`new-run:${project!.data}`)} />
        )
      }
    />
  );
}

interface IComment {
  value: string;
  onChange: (text: string) => void;
  onClose: (send: boolean) => void;
}

function Comment({ value, onChange, onClose }: IComment): ReactElement {
  return (
    <div className="ls-Labeler-comment" role="dialog" aria-label={__('Comment')}>
      <textarea
        className="ls-input"
        autoFocus
        rows={3}
        aria-label={__('Comment')}
        placeholder={__('What others should know of this item; Ctrl Enter keeps it')}
        value={value}
        onChange={event => onChange(event.target.value)}
        onKeyDown={event => {
          const keeps = event.key === 'Enter' && (event.ctrlKey || event.metaKey);
          if (keeps || event.key === 'Escape') {
            event.preventDefault();
            onClose(keeps);
          }
        }}
      />
      <Button main label={__('Keep')} onClick={() => onClose(true)} />
      <Button label={__('Cancel')} onClick={() => onClose(false)} />
    </div>
  );
}
