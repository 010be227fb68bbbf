// When the browser refuses or the person cancels, say so on the page instead of in the console.
"use strict";
document.addEventListener("allauth.error", (event) => {
  event.preventDefault();
  const place = document.querySelector("[data-passkey-problem]");
  if (place) place.hidden = false;
});
// A passkey that is made here can derive secrets, too (extension "prf"), so that it can open a caseworker's keys.
if (navigator.credentials) {
  const create = navigator.credentials.create.bind(navigator.credentials);
  navigator.credentials.create = (asked) => {
    const publicKey = asked.publicKey;
    return create({ ...asked, publicKey: { ...publicKey, extensions: { ...publicKey.extensions, prf: {} } } });
  };
}
// Pressed before the scripts above are there, a button would do nothing, or send its form without a passkey.
document.addEventListener("DOMContentLoaded", () => {
  for (const button of document.querySelectorAll("[data-passkey-button]")) button.disabled = false;
});
