/**
 * What people say of an asset: a description, tags, an owner; changed where it stands.
 */
import { editIcon } from '@jupyterlab/ui-components';
import React, { KeyboardEvent, useId, useState } from 'react';

import { Button, Chip } from '../shared/parts';
import type { IStudio } from '../studio';

export interface IAbout {
  description: string;
  tags: string[];
  owner: string;
}

interface IProps {
  studio: IStudio;
  about: IAbout;
  /** Keep what was changed; what goes wrong is told by who gives it. */
  onSave: (about: IAbout) => Promise<boolean>;
}

export function About({ studio, about, onSave }: IProps) {
  const { trans } = studio;
  const [editing, edit] = useState(false);
  if (editing) {
    return <Form studio={studio} about={about} onSave={onSave} onDone={() => edit(false)} />;
  }
  const { description, tags, owner } = about;
  const nothing = !description && !tags.length;
  return (
    <div className="ls-about">
      {description && <span>{description}</span>}
      {tags.map(tag => (
        <Chip key={tag} tone="plain" label={tag} />
      ))}
      {owner && <span className="ls-note">{trans.__('owned by %1', owner)}</span>}
      {nothing ? (
        <button className="ls-link" onClick={() => edit(true)}>
          {trans.__('Describe it')}
        </button>
      ) : (
        <Button
          bare
          label={trans.__('Change description, tags and owner')}
          icon={editIcon}
          onClick={() => edit(true)}
        />
      )}
    </div>
  );
}

function Form({ studio: { trans }, about, onSave, onDone }: IProps & { onDone: () => void }) {
  const ids = useId();
  const [description, setDescription] = useState(about.description);
  const [tags, setTags] = useState(about.tags.join(', '));
  const [owner, setOwner] = useState(about.owner);
  const [busy, setBusy] = useState(false);
  const save = async () => {
    setBusy(true);
    const saved = await onSave({ description: description.trim(), tags: tagsOf(tags), owner: owner.trim() });
    setBusy(false);
    saved && onDone();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Escape') {
      event.stopPropagation();
      onDone();
    } else if (event.key === 'Enter' && (event.ctrlKey || event.metaKey || event.target instanceof HTMLInputElement)) {
      void save();
    }
  };
  return (
    <div className="ls-about ls-mod-editing" role="form" aria-label={trans.__('About')} onKeyDown={onKeyDown}>
      <label htmlFor={`${ids}-description`}>{trans.__('Description')}</label>
      <textarea
        id={`${ids}-description`}
        className="ls-input"
        rows={2}
        autoFocus
        value={description}
        onChange={event => setDescription(event.target.value)}
      />
      <label htmlFor={`${ids}-tags`}>{trans.__('Tags')}</label>
      <input
        id={`${ids}-tags`}
        className="ls-input"
        value={tags}
        placeholder={trans.__('such as raw, customers')}
        onChange={event => setTags(event.target.value)}
      />
      <label htmlFor={`${ids}-owner`}>{trans.__('Owner')}</label>
      <input id={`${ids}-owner`} className="ls-input" value={owner} onChange={event => setOwner(event.target.value)} />
      <div className="ls-about-do">
        <Button main label={trans.__('Save')} disabled={busy} onClick={() => void save()} />
        <Button label={trans.__('Cancel')} onClick={onDone} />
      </div>
    </div>
  );
}

/** Tags as they are written: set apart by commas, each once. */
export function tagsOf(text: string): string[] {
  return [...new Set(text.split(',').map(tag => tag.trim()))].filter(Boolean);
}
