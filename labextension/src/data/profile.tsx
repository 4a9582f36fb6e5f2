/**
 * What all columns of a version hold, a card each; wide tables can be searched and put in order.
 */
import React, { useEffect, useRef, useState } from 'react';

import type { ColumnProfile, Profile } from '../api/client';
import { Fetched, useFetched } from '../shared/fetched';
import { Empty, StateView } from '../shared/parts';
import type { IStudio } from '../studio';
import { AssociationsView } from './associations';
import { Findings, Relations, TargetChooser } from './findings';
import { ProfileCard } from './profileCard';
import type { AssetView } from './view';

const PORTION = 60;
const FEW = 12; // columns that need neither search nor order

type Order = 'stored' | 'missing' | 'alerts';

interface IProps {
  studio: IStudio;
  profile: Fetched<Profile>;
  columns: number;
  view: AssetView;
}

export function ProfileView({ studio, profile, columns, view }: IProps) {
  const state = useFetched(profile);
  const [target, setTarget] = useState(view.target);
  const choose = (name: string | null) => {
    setTarget((view.target = name));
    void profile.refresh();
  };
  const skeleton = (
    <div className="ls-profile" aria-busy="true" aria-label={studio.trans.__('Profile, on its way')}>
      {Array.from({ length: Math.min(columns, FEW) }, (_, index) => (
        <div key={index} className="ls-column ls-column-skeleton" />
      ))}
    </div>
  );
  return (
    <StateView state={state} skeleton={skeleton} retry={() => void profile.refresh()}>
      {found => (
        <>
          <div className="ls-profile-bar">
            <TargetChooser
              studio={studio}
              columns={found.columns.map(column => column.name)}
              target={target}
              onChange={choose}
            />
            {target !== found.target && <span className="ls-note">{studio.trans.__('looking…')}</span>}
          </div>
          <Findings studio={studio} findings={found.findings} />
          {found.target && found.relations.length > 0 && <Relations studio={studio} profile={found} />}
          <Cards studio={studio} profile={found} />
          <Together studio={studio} reference={found.ref} />
        </>
      )}
    </StateView>
  );
}

/** The associations, found when somebody asks for them. */
function Together({ studio, reference }: { studio: IStudio; reference: string }) {
  const [open, setOpen] = useState(false);
  return (
    <details className="ls-Card ls-together" onToggle={event => setOpen(event.currentTarget.open)}>
      <summary>{studio.trans.__('Which columns go together')}</summary>
      {open && <AssociationsView studio={studio} reference={reference} />}
    </details>
  );
}

function Cards({ studio, profile }: { studio: IStudio; profile: Profile }) {
  const { trans } = studio;
  const [text, setText] = useState('');
  const [order, setOrder] = useState<Order>('stored');
  const [portions, setPortions] = useState(1);
  const shown = arranged(profile.columns, text, order);
  const left = shown.length - portions * PORTION;
  return (
    <>
      {profile.columns.length > FEW && (
        <div className="ls-profile-bar">
          <input
            type="search"
            className="ls-input"
            value={text}
            placeholder={trans.__('Search columns')}
            aria-label={trans.__('Search columns')}
            onChange={event => setText(event.target.value)}
          />
          <select
            className="ls-input"
            value={order}
            aria-label={trans.__('Order of the columns')}
            onChange={event => setOrder(event.target.value as Order)}
          >
            <option value="stored">{trans.__('As stored')}</option>
            <option value="missing">{trans.__('Most missing first')}</option>
            <option value="alerts">{trans.__('To look at first')}</option>
          </select>
          <span className="ls-note" role="status">
            {trans.__('%1 of %2 columns', shown.length, profile.columns.length)}
          </span>
        </div>
      )}
      {profile.estimated && (
        <p className="ls-note">
          {trans.__('How many different values texts and dates have is an estimate, within about 2 %.')}
        </p>
      )}
      {shown.length === 0 && <Empty text={trans.__('No column has “%1” in its name.', text)} />}
      <div className="ls-profile">
        {shown.slice(0, portions * PORTION).map(column => (
          <ProfileCard key={column.name} studio={studio} column={column} rows={profile.rows} />
        ))}
      </div>
      {left > 0 && <More label={trans.__('%1 more columns', left)} onMore={() => setPortions(portions + 1)} />}
    </>
  );
}

/** Shows the next portion when it comes into view, or is pressed. */
function More({ label, onMore }: { label: string; onMore: () => void }) {
  const ref = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    const seen = new IntersectionObserver(entries => entries.some(entry => entry.isIntersecting) && onMore());
    seen.observe(ref.current!);
    return () => seen.disconnect();
  });
  return (
    <button className="ls-link" ref={ref} onClick={onMore}>
      {label}
    </button>
  );
}

/** The columns whose names hold a text, in an order. */
export function arranged(columns: readonly ColumnProfile[], text: string, order: Order): ColumnProfile[] {
  const found = columns.filter(({ name }) => name.toLowerCase().includes(text.trim().toLowerCase()));
  const rank = ({ missing, alert, note }: ColumnProfile) =>
    order === 'missing' ? -missing : order === 'alerts' ? (alert ? 0 : note ? 1 : 2) : 0;
  return found.sort((a, b) => rank(a) - rank(b));
}
