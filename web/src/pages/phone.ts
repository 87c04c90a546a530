/** Entry of the leader's phone. Works without a network once it has been opened. */

import './old-phones';
import { mount } from 'svelte';
import '../theme/base.css';
import { live } from '../live.svelte';
import Phone from '../views/phone/Phone.svelte';
import { phone } from '../views/phone/phone.svelte';

const page = document.getElementById('page');
if (page === null) throw new Error('the page has no place to be');

phone.start();
live.start();
mount(Phone, { target: page });

// Only over TLS or on the machine itself do browsers offer this; the page works without.
if ('serviceWorker' in navigator) {
  navigator.serviceWorker.register('/phone-worker.js', { scope: '/phone' }).catch(() => undefined);
}
