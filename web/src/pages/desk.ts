/** Entry of the dispatcher's desk. */

import { mount } from 'svelte';
import '../theme/desk.css';
import { keepForecasts } from '../forecasts.svelte';
import { live } from '../live.svelte';
import { fetchBoard } from '../net/board';
import Desk from '../views/desk/Desk.svelte';
import { desk } from '../views/desk/desk.svelte';

const page = document.getElementById('page');
if (page === null) throw new Error('the page has no place to be');

desk.start();
live.start(fetchBoard);
keepForecasts();
mount(Desk, { target: page });
