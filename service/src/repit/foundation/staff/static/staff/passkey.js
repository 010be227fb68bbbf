// When the browser refuses or the person cancels, say so on the page instead of in the console.
"use strict";
document.addEventListener("allauth.error", (event) => {
  event.preventDefault();
  const place = document.querySelector("[data-passkey-problem]");
  if (place) place.hidden = false;
});
