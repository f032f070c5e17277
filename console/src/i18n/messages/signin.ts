import { words } from "@/i18n";

export default words(
  {
    title: "登录",
    name: "用户名或工号",
    password: "密码",
    totp: "动态验证码",
    enter: "登录",
    wrong: "用户名或密码不正确。",
    totpNeeded: "请输入动态验证码。",
    locked: "尝试次数过多，请稍后再试。",
    needed: "请填写用户名和密码。",
  },
  {
    title: "Sign in",
    name: "Name or number",
    password: "Password",
    totp: "One-time code",
    enter: "Sign in",
    wrong: "The name or the password is wrong.",
    totpNeeded: "Enter your one-time code.",
    locked: "Too many attempts. Try again later.",
    needed: "Enter your name and password.",
  },
);
