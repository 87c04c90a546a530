/** Entry of the clerk's pages. */

import { mount } from 'svelte';
import '../theme/desk.css';
import { live } from '../live.svelte';
import { fetchBoard } from '../net/board';
import Admin from '../views/admin/Admin.svelte';

const page = document.getElementById('page');
if (page === null) throw new Error('the page has no place to be');

live.start(fetchBoard);
mount(Admin, { target: page });
