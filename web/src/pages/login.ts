/** Entry of the login page. */

import { mount } from 'svelte';
import '../theme/base.css';
import { clock } from '../clock.svelte';
import Login from '../views/login/Login.svelte';

const page = document.getElementById('page');
if (page === null) throw new Error('the page has no place to be');

clock.start();
mount(Login, { target: page });
