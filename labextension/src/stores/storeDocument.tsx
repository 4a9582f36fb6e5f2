/**
 * One datastore: where it is, whether it answers, what is in it, and a query where it takes one.
 */
import React, { useEffect, useMemo, useState } from 'react';

import { Datastore, get } from '../api/client';
import { importOf } from '../shared/adding';
import { Fetched, useFetched } from '../shared/fetched';
import { okIcon, uploadIcon } from '../shared/icons';
import { Ago, Button, Card, Chip, Facts, StateView } from '../shared/parts';
import type { IStudio } from '../studio';
import { forget } from './forget';
import { isSql, kindName } from './kinds';
import type { ITested, Tests } from './tests';
import { Tree } from './tree';
import { TreeView } from './treeView';

interface IProps {
  studio: IStudio;
  tests: Tests;
  name: string;
}

export default function StoreDocument({ studio, tests, name }: IProps) {
  const store = useMemo(
    () => new Fetched(signal => get('/labstudio/api/datastores/{name}', { at: { name }, signal }), studio.changes),
    [studio, name]
  );
  useEffect(() => () => store.dispose(), [store]);
  const state = useFetched(store);
  return (
    <StateView state={state} retry={() => void store.refresh()}>
      {found => <Whole studio={studio} tests={tests} store={found} />}
    </StateView>
  );
}

function Whole({ studio, tests, store }: Omit<IProps, 'name'> & { store: Datastore }) {
  const { trans } = studio;
  const { name } = store;
  const [tree, setTree] = useState(() => treeOf(name));
  const read = (path: string) => studio.open(importOf({ store: name, path }));
  return (
    <div className="ls-Store">
      <header>
        <div className="ls-head-line">
          <h1>{name}</h1>
          <span className="ls-note">{kindName(trans, store.kind)}</span>
          <span className="ls-grow" />
          <Test studio={studio} tests={tests} name={name} />
          <Button label={trans.__('Remove')} onClick={() => void forget(studio, name).catch(studio.fail)} />
        </div>
        <Facts rows={facts(studio, store)} />
      </header>
      {isSql(store.kind) && <Query studio={studio} name={name} />}
      <Card
        title={trans.__('What is in it')}
        note={
          <button className="ls-link" onClick={() => setTree(treeOf(name))}>
            {trans.__('Look again')}
          </button>
        }
      >
        <TreeView
          studio={studio}
          tree={tree}
          label={trans.__('What is in %1', name)}
          folders={['folder', 'object'].includes(store.kind)}
          onImport={read}
        />
      </Card>
    </div>
  );
}

function treeOf(name: string): Tree {
  const at = { name };
  return new Tree((path, asked) => get('/labstudio/api/datastores/{name}/browse', { at, query: { path, ...asked } }));
}

function Test({ studio: { trans }, tests, name }: Omit<IProps, 'studio'> & { studio: IStudio }) {
  const [tested, setTested] = useState<ITested | null>(tests.of(name));
  const [testing, setTesting] = useState(false);
  const run = async () => {
    setTesting(true);
    setTested(await tests.run(name));
    setTesting(false);
  };
  return (
    <>
      <span role="status" className="ls-Store-tested">
        {testing ? (
          <Chip tone="run" label={trans.__('asking…')} />
        ) : (
          tested && <Chip tone={tested.ok ? 'ok' : 'bad'} label={tested.sentence} />
        )}
      </span>
      <Button label={trans.__('Test the connection')} icon={okIcon} disabled={testing} onClick={() => void run()} />
    </>
  );
}

/** A query whose answer is imported; the database runs it, with what its account may do. */
function Query({ studio, name }: { studio: IStudio; name: string }) {
  const { trans } = studio;
  const [query, setQuery] = useState('');
  const read = () => query.trim() && studio.open(importOf({ store: name, query: query.trim() }));
  return (
    <Card title={trans.__('Import the answer of a query')}>
      <div className="ls-Store-query">
        <textarea
          className="ls-input"
          aria-label={trans.__('SQL query')}
          rows={3}
          spellCheck={false}
          placeholder="SELECT * FROM orders WHERE year = 2026"
          value={query}
          onChange={event => setQuery(event.target.value)}
          onKeyDown={event => event.key === 'Enter' && (event.ctrlKey || event.metaKey) && read()}
        />
        <Button label={trans.__('Look at it')} icon={uploadIcon} disabled={!query.trim()} onClick={read} />
      </div>
    </Card>
  );
}

function facts({ trans }: IStudio, store: Datastore): [string, React.ReactNode][] {
  const rows: [string, React.ReactNode][] = [
    [trans.__('address'), <code key="url">{store.url}</code>],
    [
      trans.__('secret'),
      store.secret ? <code key="secret">{store.secret}</code> : <span className="ls-muted">{trans.__('none')}</span>
    ]
  ];
  for (const [option, value] of Object.entries(store.options ?? {})) {
    rows.push([option, String(value)]);
  }
  if (store.description) {
    rows.push([trans.__('description'), store.description]);
  }
  rows.push([
    trans.__('connected'),
    <>
      <Ago time={store.created} /> {trans.__('by %1', store.by)}
    </>
  ]);
  return rows;
}
