// Beside the sign-in library's own scripts: offers a passkey only where the browser knows them, and says when one failed.

for (const offer of document.querySelectorAll("[data-passkey-offer]")) offer.hidden = !window.PublicKeyCredential;

document.addEventListener("allauth.error", (event) => {
  event.preventDefault(); // nothing for the console: somebody pressed Cancel
  const failed = document.querySelector("[data-passkey-failed]");
  if (failed) failed.hidden = false;
});
