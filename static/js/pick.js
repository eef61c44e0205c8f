// A long list of checkboxes is narrowed by typing. What is ticked always stays in sight, so that nothing is sent unseen.

// As `cwg/folding.py` compares names; what no name of a State or an office has in it (digits of other scripts) is left out.
const LETTERS = {
  œ: "oe", æ: "ae", ø: "o", ł: "l", đ: "d", ð: "d", ı: "i", ß: "ss",
  ٱ: "ا", ى: "ي", ة: "ه", "\u0640": "", ی: "ي", ې: "ي", ک: "ك", ہ: "ه", ھ: "ه", ە: "ه",
};

function plainLetter(letter) {
  if (letter === "й" || letter === "Й") return "й";
  if (/['‘’‚‛′‵`´ʹʻʼʽʾʿˈˊˋ՚׳＇｀]/u.test(letter)) return "'";
  if (/[\p{Pd}−⁃]/u.test(letter)) return "-";
  if (/\p{Zs}/u.test(letter)) return " ";
  const parts = letter.normalize("NFKD").toLowerCase().normalize("NFKD").replace(/[\p{M}\p{Cf}]/gu, "");
  return [...parts].map((part) => LETTERS[part] ?? part).join("");
}

const plain = (text) => [...text.normalize("NFC")].map(plainLetter).join("");

function narrow(list, typed) {
  const wanted = plain(typed.trim());
  let left = 0;
  for (const group of list.querySelectorAll("[data-pick-group]")) {
    let here = 0;
    for (const option of group.querySelectorAll("[data-pick-option]")) {
      const stays = plain(option.textContent).includes(wanted) || option.querySelector("input").checked;
      option.hidden = !stays;
      here += stays;
    }
    group.hidden = here === 0;
    left += here;
  }
  list.querySelector("[data-pick-none]").hidden = left > 0;
}

document.addEventListener("input", (event) => {
  const filter = event.target.closest?.("[data-pick-filter]");
  if (filter) narrow(filter.closest("[data-pick]"), event.target.value);
});

// Enter in the field narrows; it does not send the form.
document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && event.target.closest?.("[data-pick-filter]")) event.preventDefault();
});

for (const filter of document.querySelectorAll("[data-pick-filter]")) filter.hidden = false;
