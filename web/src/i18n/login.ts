/** Words of the login page. */

import { bilingual } from './language.svelte';

export const loginWords = bilingual(
  {
    title: '预警叫应',
    slogan: '发得出、叫得应、看得见',
    login: '账号',
    password: '密码',
    enter: '登录',
    entering: '正在登录…',
    wrong: '账号或密码不对',
    throttled: (seconds: number) => `尝试次数过多，请 ${seconds} 秒后再试`,
    noPage: '此账号供系统接口使用，没有页面',
    demo: '演示环境，点选身份直接登录',
    first: '设置首个管理员：此链接只能用一次',
    spent: '此链接已用过或已过期，请重新启动程序获取新链接',
  },
  {
    title: 'Jiaoying',
    slogan: 'Called, answered, seen',
    login: 'Login',
    password: 'Password',
    enter: 'Log in',
    entering: 'Logging in…',
    wrong: 'Login or password is wrong',
    throttled: (seconds: number) => `Too many tries; try again in ${seconds} s`,
    noPage: 'This login is for machines and has no page',
    demo: 'Demonstration: choose who to be',
    first: 'Make the first administrator: this link works once',
    spent: 'This link was used or is too old; start the program again for a new one',
  },
);
