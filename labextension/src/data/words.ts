/**
 * Types of columns, in words.
 */
import type { TranslationBundle } from '@jupyterlab/translation';

/** A column's stored or meant type to its name. */
export function typeNames(trans: TranslationBundle): Record<string, string> {
  return {
    string: trans.__('text'),
    datetime: trans.__('date'),
    number: trans.__('number'),
    integer: trans.__('integer'),
    boolean: trans.__('yes or no'),
    category: trans.__('category'),
    constant: trans.__('constant'),
    text: trans.__('free text'),
    id: trans.__('id'),
    money: trans.__('money'),
    email: trans.__('e-mail'),
    date: trans.__('date'),
    percent: trans.__('percent'),
    phone: trans.__('phone number'),
    url: trans.__('web address'),
    latitude: trans.__('latitude'),
    longitude: trans.__('longitude'),
    year: trans.__('year'),
    'image path': trans.__('image path'),
    'country code': trans.__('country code'),
    'ip address': trans.__('IP address')
  };
}
