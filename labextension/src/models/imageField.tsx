/**
 * The image of a try-it form: chosen or dropped, and shown as this browser shows it.
 */
import type { TranslationBundle } from '@jupyterlab/translation';
import React, { ReactElement, useEffect, useRef, useState } from 'react';

import { Button } from '../shared/parts';

interface IImageField {
  trans: TranslationBundle;
  file: File | null;
  onChange: (file: File) => void;
}

export function ImageField({ trans, file, onChange }: IImageField): ReactElement {
  const box = useRef<HTMLInputElement>(null);
  const [over, setOver] = useState(false);
  const [address, setAddress] = useState('');
  useEffect(() => {
    if (!file) {
      return;
    }
    const found = URL.createObjectURL(file);
    setAddress(found);
    return () => {
      setAddress('');
      URL.revokeObjectURL(found);
    };
  }, [file]);
  const take = (files: FileList | null) => files?.[0] && onChange(files[0]);
  return (
    <div
      className={`ls-drop ls-try-image${over ? ' ls-over' : ''}`}
      onDragOver={event => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={event => {
        event.preventDefault();
        setOver(false);
        take(event.dataTransfer.files);
      }}
    >
      {address && <img key={address} src={address} alt={file!.name} />}
      <p className="ls-note">
        {file ? file.name : trans.__('Drop an image here: its encoder makes of it what the model takes.')}
      </p>
      <input
        ref={box}
        className="ls-hidden"
        type="file"
        accept="image/*"
        tabIndex={-1}
        aria-label={trans.__('Image to predict')}
        onChange={event => {
          take(event.target.files);
          event.target.value = '';
        }}
      />
      <Button
        label={file ? trans.__('Choose another image') : trans.__('Choose an image')}
        onClick={() => box.current?.click()}
      />
    </div>
  );
}
