// All tabs of a browser share one session. After somebody signs in or out in another tab, what
// this page sends would be theirs, and its forms would be refused.
const { viewer } = configuration;
localStorage.setItem("talk:viewer", JSON.stringify(viewer));
const csrfCookie = () => document.cookie.split("; ")
  .find((cookie) => cookie.startsWith(`${configuration.csrfCookie}=`))?.split("=")[1];
const firstCookie = csrfCookie();
const whatChanged = () => {
  const now = JSON.parse(localStorage.getItem("talk:viewer")) ?? viewer;
  if (now.key !== viewer.key)
    return now.key ? `This browser is signed in as ${now.name} now.` : "This browser is signed out now.";
  return csrfCookie() === firstCookie ? "" : "Somebody signed in anew in this browser.";
};
const offerToReload = () => {
  document.getElementById("talk-change").textContent = whatChanged();
  document.getElementById("talk-changed").hidden = !whatChanged();
};
const whyNotSent = () => {
  offerToReload();
  const whose = viewer.name ? `${viewer.name}'s` : "nobody's";
  return whatChanged() && `Not sent: this page is ${whose}. ${whatChanged()} Reload the page.`;
};
addEventListener("storage", offerToReload);
addEventListener("focus", () => {
  if (whatChanged()) location.reload();
});
document.getElementById("talk-reload").addEventListener("click", () => location.reload());
document.addEventListener("submit", ({ target }) => {
  const token = target.elements.csrfmiddlewaretoken;
  if (token && csrfCookie()) token.value = csrfCookie();
});
