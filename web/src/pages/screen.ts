/** Entry of the wall. `?scale=1.2` makes everything larger for a wall that is looked at from further away. */

import { mount } from 'svelte';
import '../theme/base.css';
import { levels } from '../levels.svelte';
import { live } from '../live.svelte';
import { keepForecasts } from '../forecasts.svelte';
import { gauges } from '../gauges.svelte';
import { fetchBoard } from '../net/board';
import { incidents } from '../views/dispatch/incidents.svelte';
import Screen from '../views/screen/Screen.svelte';

const page = document.getElementById('page');
if (page === null) throw new Error('the page has no place to be');

const scale = Number.parseFloat(new URLSearchParams(location.search).get('scale') ?? '1');
if (scale >= 0.5 && scale <= 3) document.documentElement.style.setProperty('--scale', String(scale));

// Far out until the map is there and says what it shows.
live.look({ zoom: 0 });
live.start(fetchBoard);
keepForecasts();
gauges.start();
incidents.start();
levels.start();
mount(Screen, { target: page });
