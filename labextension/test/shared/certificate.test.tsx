import { render, screen } from '@testing-library/react';
import React from 'react';
import { expect, it } from 'vitest';

import type { Certificate } from '../../src/api/client';
import { CertificateCard } from '../../src/shared/certificate';

const certificate: Certificate = {
  passed: true,
  sentence: 'Certified.',
  file_sha256: 'a'.repeat(64),
  file_size: 1200,
  rows: 20,
  adversarial_rows: 300,
  labels_equal: 1,
  ties: 0,
  max_difference: 1e-16,
  limit: 1e-9,
  checks: [],
  runtime: 'onnxruntime',
  versions: {},
  encoder: null
};

it('names the encoder where a model begins with its vectors, and only there', () => {
  const { rerender } = render(<CertificateCard certificate={certificate} />);
  expect(screen.getByTitle('a'.repeat(64))).toBeTruthy();
  expect(screen.queryByText('Hash of the encoder')).toBeNull();
  rerender(<CertificateCard certificate={{ ...certificate, encoder: 'e'.repeat(64) }} />);
  expect(screen.getByText('Hash of the encoder')).toBeTruthy();
  expect(screen.getByTitle('e'.repeat(64)).textContent).toBe('eeee eeee … eeee');
  expect(screen.getByText('its vectors are where the certificate begins')).toBeTruthy();
});
