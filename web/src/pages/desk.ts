/** Entry of the dispatcher's desk. */

import { mount } from 'svelte';
import '../theme/desk.css';
import { keepForecasts } from '../forecasts.svelte';
import { gauges } from '../gauges.svelte';
import { levels } from '../levels.svelte';
import { live } from '../live.svelte';
import { NOWHERE } from '../map/face';
import { fetchBoard } from '../net/board';
import Desk from '../views/desk/Desk.svelte';
import { glossary } from '../views/dispatch/glossary.svelte';
import { incidents } from '../views/dispatch/incidents.svelte';
import { desk } from '../views/desk/desk.svelte';
import { dossier } from '../views/desk/dossier.svelte';
import { due } from '../views/desk/due.svelte';
import { dutyChanges } from '../views/desk/duty_changes.svelte';
import { fold } from '../views/desk/fold.svelte';
import { forms } from '../views/desk/forms.svelte';
import { refusals } from '../views/desk/refusals.svelte';
import { sources } from '../views/desk/sources.svelte';

const page = document.getElementById('page');
if (page === null) throw new Error('the page has no place to be');

desk.start();
// Far out until the map is there and says what it shows.
live.look(fold.isOpen ? { zoom: 0 } : NOWHERE);
live.start(fetchBoard);
keepForecasts();
gauges.start();
refusals.start();
dossier.start();
due.start();
dutyChanges.start();
incidents.start();
levels.start();
sources.start();
void forms.load();
void glossary.load();
mount(Desk, { target: page });
