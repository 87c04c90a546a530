/** Sends whoever comes to the face of their role, or to log in. */

import '../theme/base.css';
import { api } from '../net/api';
import { pageOf } from '../roles';

api.session().then(
  (me) => location.replace(pageOf(me.role) ?? '/login'),
  () => location.replace('/login'),
);
